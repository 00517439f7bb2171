import { z } from 'zod';
import { commandFields } from '../program/command.ts';

/** Arguments of the step `execute`. */
export const ExecuteArgs = z.strictObject({
  ...commandFields,
  capture: z
    .enum(['none', 'text', 'json', 'lines'])
    .default('none')
    .describe(
      'What becomes of standard output: `none` sends it to the log of the task; `text`, `json` and `lines` make it the result, at most 256 KiB, without the last line break.',
    ),
  ignoreErrors: z
    .boolean()
    .default(false)
    .describe(
      'Whether an exit code other than 0 is no failure; the result is then { code, output }.',
    ),
});

/** Arguments of the step `execute`, checked and with defaults. */
export type ExecuteArgs = z.output<typeof ExecuteArgs>;
