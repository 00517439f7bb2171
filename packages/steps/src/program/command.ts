import { basename } from 'node:path';
import { z } from 'zod';

/** Arguments that execute and check share: what to run, and how. */
export const commandFields = {
  run: z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .describe(
      'What to run: a text for the shell, or a list of words that reach the program as they are.',
    ),
  shell: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .default('bash')
    .describe(
      'Shell for a text: `bash` (run as bash -euo pipefail), `sh` (sh -eu), the path of another, or a list of words to which -c and the text are added.',
    ),
  directory: z
    .string()
    .min(1)
    .optional()
    .describe('Working directory. Default: the one of the task.'),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().regex(/^[^\0]*$/))
    .default({})
    .describe('Variables of the environment beside those of the task.'),
  timeoutSeconds: z
    .number()
    .positive()
    .max(2_000_000)
    .optional()
    .describe(
      'Seconds after which the program and all it started are ended. Default: no limit but that of the task.',
    ),
};

const STRICT: Readonly<Record<string, readonly string[]>> = {
  bash: ['-euo', 'pipefail'],
  sh: ['-eu'],
};

/** The words that run a text in a shell, or the given words. */
export function commandWords(
  run: string | readonly string[],
  shell: string | readonly string[],
): readonly string[] {
  if (typeof run !== 'string') return run;
  if (typeof shell !== 'string') return [...shell, '-c', run];
  return [shell, ...(STRICT[basename(shell)] ?? []), '-c', run];
}
