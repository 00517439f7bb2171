import type { Entity, PublishedFile, Reference } from './crate-types.ts';

/** Name of the file that makes a folder an RO-Crate. */
export const METADATA_FILE = 'ro-crate-metadata.json';
/** Name of the effective project in a record. */
export const PROJECT_FILE = 'project.yaml';

interface FileKind {
  readonly name: string;
  readonly encodingFormat: string;
  readonly description: string;
}

const KINDS: Readonly<Record<string, FileKind>> = {
  'plan.json': {
    name: 'Plan',
    encodingFormat: 'application/json',
    description: 'The graph of the run as it was planned: sets of tasks, what needs what, limits.',
  },
  'parameters.json': {
    name: 'Parameters',
    encodingFormat: 'application/json',
    description: 'The parameters of every task, by set and position.',
  },
  'selection.json': {
    name: 'Selection',
    encodingFormat: 'application/json',
    description: 'What the run was restricted to.',
  },
  'run.json': {
    name: 'Run',
    encodingFormat: 'application/json',
    description: 'When, where and with what the run was done; every task with its attempts.',
  },
  'outputs.ndjson': {
    name: 'Outputs',
    encodingFormat: 'application/x-ndjson',
    description: 'Every output: task, name, address, bytes, generation, sha256 where it is known.',
  },
  'report.html': {
    name: 'Report',
    encodingFormat: 'text/html',
    description: 'The run on one page, for people.',
  },
};

/** Size and digest of a file of the record. */
export function contentOf({ bytes, sha256 }: PublishedFile): object {
  return { contentSize: String(bytes), sha256 };
}

/** What the engine wrote about a run: all files of the record but the project. */
export function traceFiles(files: readonly PublishedFile[], run: Reference): readonly Entity[] {
  return files.flatMap((file) => {
    const kind = KINDS[file.name];
    if (kind === undefined) return [];
    return [{ '@id': file.name, '@type': 'File', ...kind, ...contentOf(file), about: run }];
  });
}
