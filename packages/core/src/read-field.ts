import { z } from 'zod';
import { isFlowError } from './flow-error.ts';

/** Reports a problem at a path below the value that is being read. */
export type Report = (path: readonly (string | number)[], message: string) => void;

/** Runs an act and reports the `FlowError` it throws, if any; other errors go on. */
export function reporting<T>(
  act: () => T,
  report: Report,
  path: readonly (string | number)[] = [],
): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!isFlowError(error)) throw error;
    report(path, error.message);
    return undefined;
  }
}

/**
 * A schema that reads a value as a whole, so that written forms of numbers are still there: `z.object` and `z.array` would
 * copy the containers. Problems are reported by path or thrown as `FlowError`s; `meta` goes into the JSON schema.
 */
export function readField<T>(
  read: (raw: unknown, report: Report) => T,
  meta: { readonly description: string; readonly type?: string | readonly string[] },
): z.ZodType<T, unknown> {
  return z
    .unknown()
    .transform((raw, context): T => {
      let wrong = false;
      const report: Report = (path, message) => {
        wrong = true;
        context.addIssue({ code: 'custom', path: [...path], message });
      };
      const made = reporting(() => ({ result: read(raw, report) }), report);
      return wrong || made === undefined ? z.NEVER : made.result;
    })
    .meta(meta);
}
