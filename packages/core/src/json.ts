/** Any value that survives a round trip through JSON text. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object; keys are unordered. */
export interface JsonObject {
  readonly [key: string]: Json;
}

function canonical(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonical(value.toJSON());
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${canonical(item) ?? 'null'}`;
    return `[${text}]`;
  }
  const entries = value as Record<string, unknown>;
  for (const key of Object.keys(value).sort()) {
    const inner = canonical(entries[key]);
    if (inner !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${inner}`;
  }
  return `{${text}}`;
}

/**
 * JSON text in which equal values give equal bytes: object keys are sorted by code unit, nothing is indented.
 * Digests are taken over this form.
 */
export function canonicalJson(value: unknown): string {
  // Written out by hand because a replacer makes JSON.stringify several times slower, and every task passes through here.
  return canonical(value) ?? 'null';
}
