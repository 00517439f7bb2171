import { PyDict, type PyValue } from '../python/value.ts';
import { keyText, type PyEntry, type PyMapNode } from '../pyyaml/document.ts';
import type { Problems } from '../pyyaml/problem.ts';
import {
  type Field,
  type Fields,
  fieldsOf,
  keySpot,
  listOf,
  mapOf,
  type Part,
  partsOf,
  placeOf,
  refuseUnknown,
  spotOf,
  textOf,
  unexpected,
} from './fields.ts';
import type { BatchHook, UpstreamBatch, UpstreamRun, UpstreamTask } from './model.ts';
import { nameComplaint } from './python-name.ts';
import { readHook } from './read-task.ts';

const REQUIRED = ['name', 'templatedir', 'templates', 'basedir', 'runs', 'maxruns', 'maxjobs'];

/** Keys of a batch that only templates and the scheduler read; absent ones are not seen by templates. */
export const RESOURCES = ['cluster', 'email', 'nodes', 'ntasks', 'length'] as const;

const HOOKS = ['pre_batch', 'pre_run', 'post_run', 'post_batch'] as const;

const KNOWN = [...REQUIRED, 'job_file', 'repeat', ...RESOURCES, ...HOOKS];

/** Reads one batch. `defaults` are the fields of `batch_config`: each key the batch lacks is taken whole from there. */
export function readBatch(
  part: Part,
  defaults: Fields,
  problems: Problems,
): UpstreamBatch | undefined {
  const map = mapOf(part, problems);
  if (map === undefined) return undefined;
  const fields = new Map([...defaults, ...fieldsOf(map, part.path, problems)]);
  refuseUnknown(fields.values(), KNOWN, {
    what: 'a batch',
    hint: 'settings for templates belong into `vars` or into a run',
    problems,
  });
  const missing = REQUIRED.filter((key) => !fields.has(key));
  if (missing.length > 0) {
    const names = missing.map((key) => `\`${key}\``).join(', ');
    const message = `${missing.length > 1 ? 'required properties are' : 'a required property is'} missing: ${names}`;
    problems.error(spotOf(part), { kind: 'missing-key', message });
  }
  return new BatchReader(fields, problems).read(part);
}

class BatchReader {
  readonly #fields: Fields;
  readonly #problems: Problems;

  constructor(fields: Fields, problems: Problems) {
    this.#fields = fields;
    this.#problems = problems;
  }

  read(part: Part): UpstreamBatch {
    this.#checkResources();
    return {
      name: this.#batchName(),
      templatedir: this.#text('templatedir') ?? '',
      templates: this.#templates(),
      basedir: this.#text('basedir') ?? '',
      jobFile: this.#text('job_file'),
      cluster: this.#text('cluster'),
      maxruns: this.#limit('maxruns'),
      maxjobs: this.#limit('maxjobs'),
      repeat: this.#repeat(),
      hooks: {
        pre_batch: this.#hook('pre_batch'),
        pre_run: this.#hook('pre_run'),
        post_run: this.#hook('post_run'),
        post_batch: this.#hook('post_batch'),
      },
      runs: this.#runs(),
      visible: this.#visible(),
      place: placeOf(part, this.#problems),
    };
  }

  #text(key: string): string | undefined {
    const field = this.#fields.get(key);
    return field === undefined ? undefined : textOf(field, this.#problems);
  }

  #hook(hook: BatchHook): readonly UpstreamTask[] {
    return readHook(this.#fields.get(hook), hook, this.#problems);
  }

  #batchName(): string {
    const field = this.#fields.get('name');
    const name = this.#text('name');
    if (field === undefined || name === undefined) return '';
    if (leavesFolder(name)) {
      const message = `the folders of runs are named \`${name}-0\`, \`${name}-1\`, which leads out of basedir`;
      this.#problems.error(spotOf(field), { kind: 'path-outside', message });
    }
    return name;
  }

  #templates(): readonly string[] {
    const field = this.#fields.get('templates');
    const list = field === undefined ? undefined : listOf(field, this.#problems);
    if (field === undefined || list === undefined) return [];
    const parts = partsOf(list, field.path);
    const names = parts.map(({ node }) => node.value);
    for (const [index, part] of parts.entries()) {
      if (names.indexOf(part.node.value) === index) continue;
      // Upstream removes a template once it is rendered, so that it finds none the second time and drops the run.
      const message = 'this template is already in the list';
      this.#problems.error(spotOf(part), { kind: 'template-twice', message, hint: 'remove it' });
    }
    return parts.flatMap((part) => this.#template(part));
  }

  #template(part: Part): readonly string[] {
    const name = textOf(part, this.#problems);
    if (name === undefined) return [];
    const shown = JSON.stringify(name);
    if (!/[^/]\.j2$/.test(name)) {
      const message = `expected a file name that ends in .j2, got ${shown}`;
      const hint = 'a file without .j2 is copied as it is and need not be listed';
      this.#problems.error(spotOf(part), { kind: 'template-name', message, hint });
    } else if (leavesFolder(name)) {
      const message = `expected a path inside templatedir, got ${shown}`;
      this.#problems.error(spotOf(part), { kind: 'path-outside', message });
    }
    return [name];
  }

  #limit(key: 'maxruns' | 'maxjobs'): number {
    const field = this.#fields.get(key);
    if (field === undefined) return 1;
    const { value } = field.node;
    const limit = typeof value === 'bigint' ? Number(value) : value;
    if (typeof limit === 'number' && Number.isSafeInteger(limit) && limit >= 1) return limit;
    unexpected(field, 'a whole number of 1 or more', this.#problems);
    return 1;
  }

  #repeat(): boolean {
    const field = this.#fields.get('repeat');
    if (field === undefined) return false;
    if (typeof field.node.value === 'boolean') return field.node.value;
    unexpected(field, 'true or false', this.#problems);
    return false;
  }

  #checkResources(): void {
    const number = ['bigint', 'number'];
    this.#oneOf('email', ['string'], 'a text');
    this.#oneOf('ntasks', number, 'a number');
    this.#oneOf('nodes', [...number, 'string'], 'a number or a text');
    this.#oneOf('length', [...number, 'string'], 'a number or a text');
  }

  #oneOf(key: string, types: readonly string[], expected: string): void {
    const field = this.#fields.get(key);
    if (field === undefined || types.includes(typeof field.node.value)) return;
    unexpected(field, expected, this.#problems);
  }

  #runs(): readonly UpstreamRun[] {
    const field = this.#fields.get('runs');
    const list = field === undefined ? undefined : listOf(field, this.#problems);
    if (field === undefined || list === undefined) return [];
    return partsOf(list, field.path).flatMap((part) => {
      const map = mapOf(part, this.#problems);
      if (map === undefined) return [];
      return [
        {
          parameters: readVariables(map, part, this.#problems),
          place: placeOf(part, this.#problems),
        },
      ];
    });
  }

  #visible(): PyDict {
    const value = (key: string, otherwise: PyValue): PyValue => {
      const field = this.#fields.get(key);
      return field === undefined ? otherwise : field.node.value;
    };
    const visible = new PyDict([
      ['name', value('name', null)],
      ['templates', value('templates', [])],
      ['templatedir', value('templatedir', null)],
      ['job_file', value('job_file', null)],
      ['basedir', value('basedir', null)],
      ['maxruns', value('maxruns', null)],
      ['maxjobs', value('maxjobs', null)],
      ['repeat', value('repeat', false)],
    ]);
    for (const key of RESOURCES) {
      const field = this.#fields.get(key);
      if (field !== undefined) visible.set(key, field.node.value);
    }
    return visible;
  }
}

/** Variables for templates: a map whose keys are Python names. */
export function readVariables(map: PyMapNode, part: Part, problems: Problems): PyDict {
  const variables = new PyDict();
  for (const entry of map.entries) {
    const { value } = entry.key;
    const complaint = typeof value === 'string' ? nameComplaint(value) : 'a name must be a text';
    if (complaint === undefined) variables.set(value, entry.node.value);
    else refuseName(entry, complaint, part, problems);
  }
  return variables;
}

function refuseName(entry: PyEntry, complaint: string, part: Part, problems: Problems): void {
  const field: Field = { ...entry, path: [...part.path, keyText(entry.key)] };
  problems.error(keySpot(field), {
    kind: 'variable-name',
    message: `\`${keyText(entry.key)}\` cannot be a variable of templates: ${complaint}`,
    hint: 'templates read it as `run.name`',
  });
}

function leavesFolder(path: string): boolean {
  return path.startsWith('/') || path.split('/').includes('..');
}
