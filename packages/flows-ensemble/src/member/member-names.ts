import { str } from '../python/text.ts';
import { PyDict, type PyValue } from '../python/value.ts';
import type { MemberArgs } from './member-args.ts';
import { pyFromJson, pyFromValue } from './py-json.ts';

/**
 * The names a template of a native ensemble sees: every parameter, `member` (id, index, parameters), `hooks`, and `run`,
 * which has everything under one name, as templates for model-ensembler expect it.
 */
export function memberNames(args: MemberArgs): ReadonlyMap<string, PyValue> {
  const parameters = new PyDict();
  const further = args.extensions.map((one) =>
    typeof one === 'string' ? pyFromJson(one) : pyFromValue(one),
  );
  const layers = [pyFromJson(args.parameters), ...further];
  for (const layer of layers) {
    if (!(layer instanceof PyDict)) continue;
    for (const [key, value] of layer.entries()) parameters.set(key, value);
  }
  const index = BigInt(args.index);
  const run = new PyDict(parameters.entries());
  run.set('id', args.id);
  run.set('idx', index);
  run.set('dir', args.directory);
  run.set('name', args.name);
  const member = new PyDict([
    ['id', args.id],
    ['index', index],
    ['dir', args.directory],
    ['parameters', parameters],
  ]);
  return new Map<string, PyValue>([
    ...parameters.entries().map(([key, value]) => [str(key), value] as const),
    ['member', member],
    ['run', run],
    ['hooks', pyFromValue(args.hooks)],
  ]);
}
