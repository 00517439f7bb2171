import { z } from 'zod';

const words = z.array(z.string().min(1)).min(1);
const pattern = z
  .string()
  .regex(/^[^\0\n]*[^\0\n/][^\0\n]*$/, 'expected a pattern that names something, on one line');

/** Arguments of the step `move`. */
export const MoveArgs = z.strictObject({
  from: z
    .string()
    .min(1)
    .describe('Folder to copy; what is in it comes to lie in `to`. It is left as it is.'),
  to: z
    .string()
    .min(1)
    .describe(
      'Folder to copy to, made with its parents if missing; `host:path` or `user@host:path` goes over SSH, with paths relative to the home folder there.',
    ),
  include: z
    .array(pattern)
    .default([])
    .describe(
      'Patterns of what is taken before `exclude` is asked; without `exclude`, only these, at any depth.',
    ),
  exclude: z
    .array(pattern)
    .default([])
    .describe('Patterns of what is left; `*` leaves all that is not included.'),
  manifest: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File for the list of what was copied and verified, for the step `remove`. Default: the output `manifest` of the task.',
    ),
  parallel: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Files copied or verified side by side.'),
  ssh: words
    .default(['ssh'])
    .describe('Program and words that start SSH, such as ["ssh", "-p", "2222"].'),
  rsync: z.string().min(1).default('rsync').describe('Program rsync on this machine, for SSH.'),
  remoteRsync: z
    .string()
    .regex(/^[A-Za-z0-9_./+-]+$/)
    .optional()
    .describe('Path of rsync on the other machine. Default: rsync in the PATH there.'),
});

/** Arguments of the step `move`, checked and with defaults. */
export type MoveArgs = z.output<typeof MoveArgs>;
