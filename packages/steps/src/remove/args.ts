import { z } from 'zod';

/** Arguments of the step `remove`. */
export const RemoveArgs = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .describe('Folder to remove. If it is not there, there is nothing to do.'),
    base: z
      .string()
      .min(1)
      .describe(
        'Folder in which nothing outside is touched: `directory` must lie inside, not through a symbolic link, and is never the base itself.',
      ),
    what: z
      .enum(['directory', 'listed'])
      .default('directory')
      .describe(
        '`directory` removes the folder with everything in it; `listed` only what the manifest lists, and folders that are empty then.',
      ),
    verifiedBy: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Manifest of the step `move`: every file must be in it unchanged, or nothing is removed. Required unless `unverified` is `allow`.',
      ),
    unverified: z
      .literal('allow')
      .optional()
      .describe('`allow` removes a folder without a manifest.'),
    disposable: z
      .array(z.string().regex(/[^/]/))
      .default([])
      .describe(
        'Patterns of files that need not be in the manifest, as in `exclude` of the step `move`; a folder stands for all below it.',
      ),
  })
  .superRefine((args, context) => {
    const lacks = args.verifiedBy === undefined;
    if (lacks && (args.unverified === undefined || args.what === 'listed'))
      context.addIssue({ code: 'custom', path: ['verifiedBy'], message: 'expected a manifest' });
    if (!lacks && args.unverified !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['unverified'],
        message: 'expected either a manifest or unverified: allow, got both',
      });
  });
