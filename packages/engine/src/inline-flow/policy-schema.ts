import { Bytes, Duration, FAILURE_CLASSES } from '@orchestrate/core';
import { z } from 'zod';

function escalation(limit: z.ZodType<number>, what: string) {
  const factor = z.number().gt(1).describe(`Multiplies the ${what} after each failure.`);
  return z
    .union([
      factor.transform((number) => ({ factor: number, max: undefined })),
      z.strictObject({ factor, max: limit.optional().describe(`Never more ${what} than this.`) }),
    ])
    .optional();
}

const FailureNames = z.enum(FAILURE_CLASSES);

/** Reads `retry`. */
export const RetryConfig = z.union([
  z
    .number()
    .int()
    .min(1)
    .transform((attempts) => ({ attempts })),
  z.strictObject({
    attempts: z
      .number()
      .int()
      .min(1)
      .default(3)
      .describe('Attempts in all, the first one included.'),
    on: z
      .union([FailureNames.transform((one) => [one]), z.array(FailureNames)])
      .optional()
      .describe(
        'Failure classes worth another attempt. Default: user-error, timeout, out-of-memory.',
      ),
    finalCodes: z
      .array(z.number().int().min(1).max(255))
      .optional()
      .describe('Exit codes of the work itself after which another attempt would be in vain.'),
    delay: Duration.optional().describe('Wait before the second attempt. Default 1s.'),
    factor: z
      .number()
      .min(1)
      .optional()
      .describe('Grows the wait from attempt to attempt. Default 2.'),
    maxDelay: Duration.optional().describe('Longest wait. Default 5m.'),
    jitter: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Spreads the wait by this fraction. Default 0.2.'),
    memory: escalation(Bytes, 'memory').describe(
      'More memory after out-of-memory: a factor, or { factor, max }.',
    ),
    time: escalation(Duration, 'time').describe(
      'More time after timeout: a factor, or { factor, max }.',
    ),
    infrastructureAttempts: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('How often infrastructure may take an attempt away. Default 20.'),
  }),
]);

/** A task that must be done before. */
export interface NeedConfig {
  readonly task: string;
  /** Waits for all tasks of the other, also where they could be matched one by one. */
  readonly all: boolean;
  /** Waits for its end, however it ends, and not for its success. */
  readonly afterEnd: boolean;
  readonly path: readonly (string | number)[];
}

const OneNeed = z.union([
  z.string(),
  z.strictObject({
    task: z.string().describe('Name of the other task.'),
    how: z
      .enum(['all', 'aligned'])
      .default('aligned')
      .describe('`all`: wait for all tasks of the other, not only for the matching one.'),
    after: z
      .enum(['success', 'end'])
      .default('success')
      .describe('`end`: also when the other failed, was skipped or cancelled.'),
  }),
]);

/** Reads `needs`. */
export const Needs = z
  .union([OneNeed.transform((one) => [one]), z.array(OneNeed)])
  .transform((needs): readonly NeedConfig[] =>
    needs.map((need, index) => {
      const path = needs.length > 1 ? [index] : [];
      return typeof need === 'string'
        ? { task: need, all: false, afterEnd: false, path }
        : { task: need.task, all: need.how === 'all', afterEnd: need.after === 'end', path };
    }),
  );

/** Reads `limits`. */
export const Limits = z
  .union([
    z.string().transform((name) => ({ [name]: 1 })),
    z.array(z.string()).transform((names) => Object.fromEntries(names.map((name) => [name, 1]))),
    z.record(z.string(), z.number().int().min(1)),
  ])
  .optional();

/** Reads `check`. */
export const CheckConfig = z.strictObject({
  every: Duration.default(30).describe('Time between two polls. Default 30s.'),
  timeout: Duration.default(86_400).describe('When it fails if it never held. Default 1d.'),
});
