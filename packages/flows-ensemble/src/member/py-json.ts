import { PyDict, type PyValue } from '../python/value.ts';

/** What `JSON.parse` hands a reviver beside key and value. */
interface Source {
  readonly source?: string;
}

const INTEGER = /^-?\d+$/;

/**
 * Reads JSON as Python would: numbers without point and exponent are ints, all others floats, maps are dicts in order.
 * @throws SyntaxError
 */
export function pyFromJson(text: string): PyValue {
  return JSON.parse(text, (_key, value: unknown, context?: Source): unknown => {
    if (typeof value === 'number') {
      const source = context?.source;
      return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return value instanceof PyDict
      ? value
      : new PyDict(Object.entries(value) as [string, PyValue][]);
  }) as PyValue;
}

/** {@link pyFromJson} for a value that was read already; its whole numbers are taken for ints. */
export function pyFromValue(value: unknown): PyValue {
  return pyFromJson(JSON.stringify(value ?? null));
}
