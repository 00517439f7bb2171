import { z } from 'zod';

/** Arguments of the step `makeDirectory`. */
export const MakeDirectoryArgs = z.strictObject({
  directory: z.string().min(1).describe('Folder to make; missing parents are made too.'),
  template: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder whose content it gets: files with modes and times, links as links. Default: it is empty.',
    ),
  existing: z
    .enum(['fail', 'keep'])
    .default('fail')
    .describe('If the folder is there already: `fail`, or `keep` it as it is.'),
});
