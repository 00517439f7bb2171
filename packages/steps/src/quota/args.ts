import { Bytes } from '@orchestrate/core';
import { z } from 'zod';

const command = z.array(z.string().min(1)).min(1);
const atLeast = Bytes.describe('Least space that must be free: bytes, or a size such as 500Gi.');
const path = z.string().min(1);

const Source = z.discriminatedUnion('use', [
  z.strictObject({
    use: z.literal('df'),
    path: path.describe('A place on the file system that is asked.'),
    atLeast,
  }),
  z.strictObject({
    use: z.literal('quota'),
    path: path
      .optional()
      .describe(
        'Name of the file system as quota prints it. Default: the one with least space left.',
      ),
    command: command.default(['quota', '-w']).describe('Program and words that print the quota.'),
    atLeast,
  }),
  z.strictObject({
    use: z.literal('lfs'),
    path: path.describe('Mount point of a Lustre file system.'),
    command: command
      .default(['lfs', 'quota', '-q'])
      .describe('Program and words that print the quota; the path is added.'),
    atLeast,
  }),
  z.strictObject({
    use: z.literal('directory'),
    path: path.describe('Folder whose content is counted; links are not followed.'),
    limit: Bytes.describe('Size that the folder may have.'),
    atLeast,
  }),
  z.strictObject({
    use: z.literal('fair-share'),
    command: command
      .default(['sshare', '-P', '-U'])
      .describe('Program and words that print shares with columns parted by |.'),
    account: z
      .string()
      .min(1)
      .optional()
      .describe('Account whose share counts. Default: the best one.'),
    atLeast: z.number().min(0).max(1).describe('Least fair-share factor, 0 to 1.'),
  }),
]);

/** One gate of the step `quota`. */
export type QuotaSource = z.output<typeof Source>;

/** Arguments of the step `quota`. */
export const QuotaArgs = z.strictObject({
  sources: z.array(Source).min(1).describe('What is asked; all must have enough.'),
  required: z
    .boolean()
    .default(true)
    .describe('Whether the step fails when there is not enough, or only says so.'),
});
