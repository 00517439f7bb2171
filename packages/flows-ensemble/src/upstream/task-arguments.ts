import { didYouMean } from '@orchestrate/core';
import { ensembleError } from '../errors.ts';
import type { PyValue } from '../python/value.ts';
import type { RunContext } from './member-context.ts';
import type { UpstreamArgument, UpstreamTask } from './model.ts';
import { attributeOf, expectedInstead, TASK_TYPES } from './task-types.ts';

/**
 * The arguments of a task for one run: a text that begins with `run.` is replaced, as a whole, by the attribute it names.
 *
 * @throws UPSTREAM_ARGUMENT when the run has no such attribute, or its value does not fit the argument.
 */
export function taskArguments(
  task: UpstreamTask,
  run: RunContext | undefined,
): ReadonlyMap<string, PyValue> {
  const bound = new Map<string, PyValue>();
  for (const [name, argument] of task.arguments) {
    const attribute = attributeOf(argument.value);
    const replaced = attribute !== undefined && run !== undefined;
    const value = replaced ? attributeValue(argument, attribute, run) : argument.value;
    const spec = TASK_TYPES[task.type].arguments[name];
    const expected = spec === undefined ? undefined : expectedInstead(spec.kind, value);
    if (replaced && expected !== undefined && value !== null) {
      throw ensembleError(
        'UPSTREAM_ARGUMENT',
        `${argument.place.path}: expected ${expected}, and the attribute \`${attribute}\` of the run is something else`,
        { details: { path: argument.place.path, attribute, expected } },
      );
    }
    bound.set(name, value);
  }
  return bound;
}

function attributeValue(argument: UpstreamArgument, attribute: string, run: RunContext): PyValue {
  const value = run.attribute(attribute);
  if (value !== undefined) return value;
  const { path } = argument.place;
  const message = `${path}: the run has no attribute \`${attribute}\`${didYouMean(attribute, run.names())}`;
  throw ensembleError('UPSTREAM_ARGUMENT', message, { details: { path, attribute } });
}
