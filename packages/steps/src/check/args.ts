import { z } from 'zod';
import { commandFields } from '../program/command.ts';

/** Arguments of the step `check`. */
export const CheckArgs = z.strictObject({
  ...commandFields,
  tolerant: z
    .boolean()
    .default(false)
    .describe(
      'Whether a failed check is a result, { passed: false, code, output }, instead of a failure of the task.',
    ),
});
