/** Any value that survives a round trip through JSON text. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object; keys are unordered. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * JSON text in which equal values give equal bytes: object keys are sorted by code unit, nothing is indented.
 * Digests are taken over this form.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const sorted: Record<string, unknown> = {};
    for (const key of Object.keys(inner).sort()) {
      sorted[key] = (inner as Record<string, unknown>)[key];
    }
    return sorted;
  });
}
