import { PyDict } from '../python/value.ts';
import { keyText, type PyMapNode, type PyNode } from '../pyyaml/document.ts';
import type { Problems } from '../pyyaml/problem.ts';
import { readPyYaml } from '../pyyaml/read-py-yaml.ts';
import { warnOfBatches } from './batch-warnings.ts';
import {
  type Fields,
  fieldsOf,
  keySpot,
  listOf,
  mapOf,
  partsOf,
  refuseUnknown,
  spotOf,
} from './fields.ts';
import { warnOfHooks } from './hook-warnings.ts';
import { warnOfLeaks } from './leak-warnings.ts';
import type { UpstreamBatch, UpstreamEnsemble } from './model.ts';
import { readBatch, readVariables } from './read-batch.ts';
import { readHook } from './read-task.ts';
import { upstreamInvalid } from './upstream-invalid.ts';

const KEYS = ['vars', 'pre_process', 'post_process', 'batch_config', 'batches'];

/**
 * Reads a configuration of model-ensembler 0.5 to 0.7. What upstream crashes at is refused, all of it at once; what it accepts
 * though it does something else than most people expect is a warning.
 *
 * @throws UPSTREAM_INVALID with every problem at its place, in `details.problems`.
 */
export function readUpstream(text: string, file: string): UpstreamEnsemble {
  const { root, problems } = readPyYaml(text, file);
  const ensemble = root === undefined ? emptyFile(problems) : readRoot(root, problems);
  if (ensemble === undefined || problems.errors > 0) throw upstreamInvalid(problems);
  warnOfBatches(ensemble, problems);
  warnOfHooks(ensemble, problems);
  warnOfLeaks(ensemble, problems);
  return { ...ensemble, file, warnings: problems.sorted() };
}

type Content = Omit<UpstreamEnsemble, 'file' | 'warnings'>;

function emptyFile(problems: Problems): undefined {
  if (problems.errors === 0) missingEnsemble({ offset: 0 }, problems);
}

function missingEnsemble(at: { readonly offset: number }, problems: Problems): undefined {
  const message = 'the required property `ensemble` is missing';
  problems.error({ offset: at.offset, path: [] }, { kind: 'missing-key', message });
}

function readRoot(root: PyNode, problems: Problems): Content | undefined {
  const map = mapOf({ node: root, path: [] }, problems);
  if (map === undefined) return undefined;
  const fields = fieldsOf(map, [], problems);
  refuseUnknown(fields.values(), ['ensemble', '$schema'], { what: 'the file', problems });
  const ensemble = fields.get('ensemble');
  if (ensemble === undefined) return missingEnsemble(map, problems);
  const inside = mapOf(ensemble, problems);
  return inside === undefined ? undefined : readEnsemble(inside, problems);
}

function readEnsemble(map: PyMapNode, problems: Problems): Content {
  const fields = fieldsOf(map, ['ensemble'], problems);
  refuseUnknown(fields.values(), KEYS, { what: '`ensemble`', problems });
  return {
    vars: readVars(fields, problems),
    preProcess: readHook(fields.get('pre_process'), 'pre_process', problems),
    postProcess: readHook(fields.get('post_process'), 'post_process', problems),
    batches: readBatches(map, fields, problems),
  };
}

function readVars(fields: Fields, problems: Problems): PyDict {
  const field = fields.get('vars');
  if (field === undefined) return new PyDict();
  const { node } = field;
  if (node.value === null || (node.kind === 'list' && node.items.length === 0)) {
    const message = '`vars` is read as an empty map; model-ensembler refuses it';
    problems.warning(spotOf(field), { kind: 'empty-vars', message, hint: 'write `vars: {}`' });
    return new PyDict();
  }
  const map = mapOf(field, problems);
  return map === undefined ? new PyDict() : readVariables(map, field, problems);
}

function readBatches(map: PyMapNode, fields: Fields, problems: Problems): readonly UpstreamBatch[] {
  const field = fields.get('batches');
  if (field === undefined) {
    const message = 'the required property `batches` is missing';
    problems.error({ offset: map.offset, path: ['ensemble'] }, { kind: 'missing-key', message });
  }
  const defaults = readDefaults(fields, problems);
  const list = field === undefined ? undefined : listOf(field, problems);
  if (field === undefined || list === undefined) return [];
  return partsOf(list, field.path).flatMap((part) => readBatch(part, defaults, problems) ?? []);
}

const OWN_KEYS = ['name', 'basedir'];

function readDefaults(fields: Fields, problems: Problems): Fields {
  const field = fields.get('batch_config');
  if (field === undefined || field.node.value === null) return new Map();
  const map = mapOf(field, problems);
  if (map === undefined) return new Map();
  const defaults = [...fieldsOf(map, field.path, problems)];
  for (const [key, entry] of defaults) {
    if (!OWN_KEYS.includes(key)) continue;
    problems.error(keySpot(entry), {
      kind: 'batch-config-key',
      message: `\`${keyText(entry.key)}\` cannot stand in batch_config: every batch needs a \`name\` and a \`basedir\` of its own`,
      hint: 'move it into each batch',
    });
  }
  return new Map(defaults.filter(([key]) => !OWN_KEYS.includes(key)));
}
