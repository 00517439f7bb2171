import type { CommandSpec, OptionSpec } from '../arguments/command-spec.ts';

/** Options of checking. */
export const CHECK_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'quick',
    says: 'For check: compare names and sizes, and read only what a Zarr store needs',
  },
  {
    name: 'allow-empty',
    says: 'For check: chunks that are missing or hold nothing but the fill value are no failure',
  },
];

/** How much is under way at once. */
export const PARALLEL: OptionSpec = {
  name: 'parallel',
  value: 'N',
  atLeast: 1,
  says: 'Objects on their way at the same time',
  otherwise: '32',
};

/** `orchestrate storage`, declared. */
export const STORAGE: CommandSpec = {
  name: 'storage',
  summary: 'List, copy, compare, check and remove what is in the storages of the project',
  description: [
    'An address is `storage:key`, and with a slash at its end everything below it: `archive:runs/7/`. For `cp` and `sync`, a path without the name of a storage is a file or folder of this machine; for the others it is below the folder of the project.',
    '`ls` lists one level; without an address, the storages. `stat` tells what is known of objects. `cp` copies objects, files and all below a folder, in parallel, each whole or not at all. `sync` makes the target like the source and copies only what differs. `rm` removes. `check` reads everything and compares it with the digests that were recorded; a folder also with its manifest, and every Zarr array below it chunk by chunk, for chunks that are missing, damaged or hold nothing but the fill value.',
    'Exit code 1 when something failed or is not there: the rest is done all the same. Ctrl-C ends it; the same call goes on.',
  ],
  positionals: [
    {
      name: 'ACTION',
      choices: ['ls', 'stat', 'cp', 'sync', 'rm', 'check'],
      says: 'ls, stat, cp, sync, rm or check',
    },
    {
      name: 'ADDRESS',
      optional: true,
      many: true,
      complete: 'file',
      says: 'Addresses; of `cp` and `sync`, the last one is the target',
    },
  ],
  options: [
    {
      name: 'recursive',
      short: 'R',
      says: 'For ls: all levels. For rm: everything below a folder',
    },
    { name: 'long', short: 'l', says: 'For ls: with size, time and digest' },
    { name: 'dry-run', says: 'Say what would be copied or removed, and do nothing' },
    { name: 'delete', says: 'For sync: remove from the target what the source does not have' },
    { name: 'checksum', says: 'For sync: compare contents, whatever an earlier sync remembers' },
    ...CHECK_OPTIONS,
    { name: 'yes', short: 'y', says: 'Do not ask before removing' },
    PARALLEL,
  ],
  examples: [
    { line: 'orchestrate storage ls', says: 'the storages of the project' },
    { line: 'orchestrate storage ls -l archive:runs/', says: 'one level, with sizes' },
    { line: 'orchestrate storage cp results/ archive:runs/7/', says: 'a folder of this machine' },
    { line: 'orchestrate storage cp archive:runs/7/table.csv .', says: 'one object, to here' },
    {
      line: 'orchestrate storage sync --delete --dry-run results/ archive:results/',
      says: 'look first',
    },
    { line: 'orchestrate storage rm -R archive:runs/7/', says: 'everything below it' },
    { line: 'orchestrate storage check archive:runs/7/', says: 'whether all is as it was written' },
    {
      line: 'orchestrate storage check --quick archive:tas.zarr/',
      says: 'whether a chunk is missing',
    },
  ],
  load: async () => (await import('./storage.ts')).storage,
};
