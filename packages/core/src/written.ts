import { z } from 'zod';

const WRITTEN = Symbol.for('orchestrate.written');

/**
 * A number together with the text it was written as: `100.0` is not `100` to a program that reads its arguments.
 * Only used where the two differ; other numbers stay plain.
 */
export class WrittenNumber {
  readonly value: number;
  readonly text: string;

  constructor(value: number, text: string) {
    this.value = value;
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): number {
    return this.value;
  }
}

/** A value as templates and parameters know it: JSON, with numbers that may know how they were written. */
export type Value = string | number | boolean | null | WrittenNumber | readonly Value[] | ValueMap;

/** Named values. */
export interface ValueMap {
  readonly [name: string]: Value;
}

function writtenMap(container: object): Map<string, string> | undefined {
  const map: unknown = Reflect.get(container, WRITTEN);
  return map instanceof Map ? map : undefined;
}

/**
 * Remembers on an object or array how the number under a key was written (for arrays the index as text). The mark is
 * invisible to enumeration, JSON and equality; it is lost when the container is copied.
 */
export function attachWritten(container: object, key: string, text: string): void {
  let map = writtenMap(container);
  if (map === undefined) {
    map = new Map();
    Object.defineProperty(container, WRITTEN, { value: map, enumerable: false });
  }
  map.set(key, text);
}

/** How the number under a key was written, where that differs from the number's own text. */
export function writtenText(container: object, key: string): string | undefined {
  return Object.hasOwn(container, WRITTEN) ? writtenMap(container)?.get(key) : undefined;
}

/** A number with its written form, plain when the form is the usual one. */
export function numberAsWritten(value: number, text: string | undefined): number | WrittenNumber {
  return text === undefined || text === String(value) ? value : new WrittenNumber(value, text);
}

/** The number inside a plain or written number; `undefined` for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof WrittenNumber ? value.value : undefined;
}

/** Whether a value is an object made of named values, and neither a list nor an instance of some class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * A parsed YAML or JSON tree as {@link Value}s: every number that was written in an unusual form becomes a
 * {@link WrittenNumber}. `written` is the form of the value itself, which only its container knows.
 * Dates become ISO text; what is neither is named by its type.
 */
export function valueFrom(raw: unknown, written?: string): Value {
  if (typeof raw === 'number') return numberAsWritten(raw, written);
  if (raw === null || typeof raw === 'string' || typeof raw === 'boolean') return raw;
  if (raw instanceof WrittenNumber) return raw;
  if (Array.isArray(raw)) {
    return raw.map((item: unknown, index) => valueFrom(item, writtenText(raw, String(index))));
  }
  if (isPlainObject(raw)) {
    const entries = Object.keys(raw).map((key): [string, Value] => [
      key,
      valueFrom(raw[key], writtenText(raw, key)),
    ]);
    return Object.fromEntries(entries);
  }
  return raw instanceof Date ? raw.toISOString() : `${typeof raw}`;
}

/** The value without written forms: what JSON text of it would hold. */
export function plainValue(value: unknown): unknown {
  if (value instanceof WrittenNumber) return value.value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
}

/** Text of a scalar as it was written; `undefined` for lists, maps and null. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value instanceof WrittenNumber ? value.text : undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Any JSON-like value, numbers in their written form. */
export function freeForm(): z.ZodType<Value, unknown> {
  return z.unknown().transform((raw) => valueFrom(raw));
}

/** A map of names to texts: numbers and booleans become the text they were written as. */
export function scalarMap(): z.ZodType<Readonly<Record<string, string>>, unknown> {
  return z
    .unknown()
    .transform((raw, context) => {
      if (!isPlainObject(raw)) {
        context.addIssue({ code: 'custom', message: `expected a map, got ${kindOf(raw)}` });
        return z.NEVER;
      }
      const texts: [string, string][] = [];
      for (const key of Object.keys(raw)) {
        const text = scalarText(valueFrom(raw[key], writtenText(raw, key)));
        if (text !== undefined) texts.push([key, text]);
        else {
          const message = `expected text, number or boolean, got ${kindOf(raw[key])}`;
          context.addIssue({ code: 'custom', path: [key], message });
        }
      }
      return Object.fromEntries(texts);
    })
    .meta({ type: 'object' });
}

/** A list of texts: numbers and booleans become the text they were written as. */
export function scalarList(): z.ZodType<readonly string[], unknown> {
  return z
    .unknown()
    .transform((raw, context) => {
      if (!Array.isArray(raw)) {
        context.addIssue({ code: 'custom', message: `expected a list, got ${kindOf(raw)}` });
        return z.NEVER;
      }
      return raw.map((item: unknown, index) => {
        const text = scalarText(valueFrom(item, writtenText(raw, String(index))));
        if (text !== undefined) return text;
        const message = `expected text, number or boolean, got ${kindOf(item)}`;
        context.addIssue({ code: 'custom', path: [index], message });
        return '';
      });
    })
    .meta({ type: 'array' });
}
