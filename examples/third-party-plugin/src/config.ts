import { z } from 'zod';

/** Options of a backend with `use: nice`. */
export const NiceConfig = z.strictObject({
  slots: z.int().min(1).default(1).describe('Jobs that run at once.'),
  niceness: z.int().min(0).max(19).default(10).describe('How far jobs give way to others.'),
  graceSeconds: z
    .number()
    .min(0)
    .default(2)
    .describe('Seconds from the request to end until the end by force.'),
});

/** Options of a backend with `use: nice`, with defaults. */
export type NiceConfig = z.output<typeof NiceConfig>;

/** Options of a flow with `use: repeat`. */
export const RepeatConfig = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .describe('Program and arguments. {n} becomes the number of the repetition, from 1.'),
  times: z.int().min(0).describe('How often.'),
});

/** Options of a flow with `use: repeat`. */
export type RepeatConfig = z.output<typeof RepeatConfig>;
