import type { CommandSpec } from '../arguments/command-spec.ts';
import { CHECK_OPTIONS, PARALLEL } from './storage-spec.ts';

/** `orchestrate check`, declared. */
export const CHECK: CommandSpec = {
  name: 'check',
  summary:
    'Check that what is in a storage is whole: digests, manifests, and every chunk of a Zarr store',
  description: [
    'The same as `orchestrate storage check`: reads objects and compares them with the digests that were recorded. A folder is also compared with its manifest, and every Zarr array below it is looked at chunk by chunk, for chunks that are missing, damaged or hold nothing but the fill value.',
    'Exit code 1 when anything is wrong.',
  ],
  positionals: [
    {
      name: 'ADDRESS',
      many: true,
      complete: 'file',
      says: 'Addresses; a slash at the end means everything below',
    },
  ],
  options: [...CHECK_OPTIONS, PARALLEL],
  examples: [
    { line: 'orchestrate check archive:runs/7/', says: 'everything below it' },
    { line: 'orchestrate check --quick archive:tas.zarr/', says: 'whether a chunk is missing' },
  ],
  load: async () => (await import('./storage.ts')).check,
};
