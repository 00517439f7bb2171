import type { Json } from '@orchestrate/core';

/** Takes secret values out of a text. */
export type RedactText = (text: string) => string;

function cleanEntry(key: string, value: unknown, redact: RedactText): readonly [string, Json] {
  return [redact(key), cleanValue(value, redact)];
}

/**
 * A JSON value without the secrets in its texts, keys and numbers. Value by value, so that what comes out is JSON whatever a
 * secret looks like; a number that shows one becomes a text.
 */
export function cleanValue(value: unknown, redact: RedactText): Json {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') {
    const text = String(value);
    const clean = redact(text);
    return clean === text ? value : clean;
  }
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((inner) => cleanValue(inner, redact));
  const known = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(known.map(([key, inner]) => cleanEntry(key, inner, redact)));
}

/** {@link cleanValue} as text on one line. */
export function cleanText(value: unknown, redact: RedactText): string {
  return JSON.stringify(cleanValue(value, redact));
}
