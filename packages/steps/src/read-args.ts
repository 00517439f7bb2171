import { didYouMean, type Json } from '@orchestrate/core';
import type { z } from 'zod';
import { stepError } from './errors.ts';

function problemsOf(issues: readonly z.core.$ZodIssue[], known: readonly string[]): string[] {
  return issues.map((issue) => {
    const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    if (issue.code !== 'unrecognized_keys') return `${place}${issue.message}`;
    const keys = issue.keys.map((key) => `${key}${didYouMean(key, known)}`);
    return `${place}unknown: ${keys.join(', ')}`;
  });
}

/**
 * The arguments of a step, checked and with defaults.
 * @throws STEP_ARGUMENTS that names all problems; values are not repeated, for they may be secret
 */
export function readArgs<S extends z.ZodObject>(step: string, schema: S, args: Json): z.output<S> {
  const read = schema.safeParse(args);
  if (read.success) return read.data;
  const problems = problemsOf(read.error.issues, Object.keys(schema.shape));
  throw stepError('STEP_ARGUMENTS', `step ${step}: ${problems.join('; ')}`, {
    details: { step, problems },
  });
}
