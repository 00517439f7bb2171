import { isPlainObject, readField } from '@orchestrate/core';
import type { z } from 'zod';

/**
 * A field that keeps its value as it was written, numbers with their form, for whoever reads it later. With type `object`
 * it is a map, or nothing.
 */
export function verbatim(
  description: string,
  type?: string | readonly string[],
): z.ZodOptional<z.ZodType<unknown, unknown>> {
  return readField(
    (raw, report) => {
      const isMap = isPlainObject(raw) || raw === null || raw === undefined;
      if (type === 'object' && !isMap)
        report([], `expected map${Array.isArray(raw) ? ', got list' : ''}`);
      return raw;
    },
    { description, ...(type === undefined ? {} : { type }) },
  ).optional();
}

/** A field that is checked by a schema, and kept as it was written. */
export function checkedVerbatim(
  schema: z.ZodType,
  meta: { readonly description: string; readonly type?: string | readonly string[] },
): z.ZodOptional<z.ZodType<unknown, unknown>> {
  return readField((raw, report) => {
    const parsed = schema.safeParse(raw);
    for (const { path, message } of parsed.error?.issues ?? []) {
      report(
        path.map((step) => (typeof step === 'number' ? step : String(step))),
        message,
      );
    }
    return raw;
  }, meta).optional();
}
