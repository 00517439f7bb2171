import { z } from 'zod';

/** Options of a storage with `use: local`. */
export const LocalStorageConfig = z.strictObject({
  path: z
    .string()
    .min(1)
    .default('.')
    .describe('Folder that holds the objects; relative paths start at the folder of the project.'),
  fsync: z
    .boolean()
    .default(true)
    .describe(
      'Whether objects are flushed to the disk before they count as written. Without it, a power cut may take back the last seconds.',
    ),
});

/** Options of a storage with `use: local`, checked and with defaults. */
export type LocalStorageConfig = z.output<typeof LocalStorageConfig>;
