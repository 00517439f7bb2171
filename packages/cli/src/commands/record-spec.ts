import type { CommandSpec } from '../arguments/command-spec.ts';

/** `orchestrate record`. */
export const RECORD: CommandSpec = {
  name: 'record',
  summary: 'Publish the record of a run to a storage, so that its results carry their provenance',
  description: [
    'Writes a folder `<project>-<run>/` that is an RO-Crate: the project as it was effective, the plan, every task with its attempts, every output with its size and digest, the report, and metadata (Workflow Run Crate) that tie them together. Secrets stay references.',
    'With `records:` in the project file that happens by itself when a run has ended. Done again, it replaces the files one by one; the metadata come last.',
    'Objects of a service are not read: their sha256 is recorded where the storage knows it. Files of this machine are read up to `records.digests`.',
  ],
  positionals: [
    {
      name: 'RUN',
      optional: true,
      complete: 'run',
      says: 'A run by its id, or the beginning of it. Without it: the latest run',
    },
  ],
  options: [
    {
      name: 'to',
      value: 'ADDRESS',
      says: 'Folder in a storage below which the record goes, such as `archive:runs/`',
      otherwise: '`records` in the project file',
    },
  ],
  examples: [
    { line: 'orchestrate record', says: 'the latest run, to where the project says' },
    { line: 'orchestrate record k3x --to archive:runs/', says: 'a certain one, to another place' },
    { line: "orchestrate record --json | jq '.files[].sha256'", says: 'for a program' },
  ],
  load: async () => (await import('./record.ts')).record,
};
