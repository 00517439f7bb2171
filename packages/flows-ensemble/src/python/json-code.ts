import type { Json } from '@orchestrate/core';
import {
  isList,
  PyBytes,
  PyDate,
  PyDateTime,
  PyDict,
  PySet,
  PyTuple,
  type PyValue,
} from './value.ts';

type Code = (value: PyValue) => Json;

const list = (tag: string, items: readonly PyValue[], code: Code): Json => [tag, items.map(code)];

/** What JSON has no number for stands as text. */
function floatCode(value: number): Json {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

/** A value as JSON from which {@link decodePy} makes the same value again; Python's types stay apart. */
export function encodePy(value: PyValue): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return ['i', value.toString()];
  if (typeof value === 'number') return ['f', floatCode(value)];
  if (isList(value)) return list('l', value, encodePy);
  if (value instanceof PyTuple) return list('t', value.items, encodePy);
  if (value instanceof PySet) return list('s', value.items, encodePy);
  if (value instanceof PyDict) {
    return ['d', value.entries().map(([key, item]) => [encodePy(key), encodePy(item)])];
  }
  if (value instanceof PyBytes) return ['b', Buffer.from(value.bytes).toString('base64')];
  if (value instanceof PyDate) return ['D', [value.year, value.month, value.day]];
  if (value instanceof PyDateTime) {
    const { date, hour, minute, second, microsecond, offsetMinutes } = value;
    const parts = [date.year, date.month, date.day, hour, minute, second, microsecond];
    return ['T', [...parts, offsetMinutes ?? null]];
  }
  throw new TypeError(`${value.pyType} cannot be written as JSON`);
}

function textOf(content: Json | undefined): string {
  return typeof content === 'string' ? content : '';
}

function decodeTagged(tag: Json | undefined, content: Json | undefined): PyValue {
  const items = Array.isArray(content) ? content : [];
  switch (tag) {
    case 'i':
      return BigInt(textOf(content));
    case 'f':
      return Number(content);
    case 'l':
      return items.map(decodePy);
    case 't':
      return new PyTuple(items.map(decodePy));
    case 's':
      return new PySet(items.map(decodePy));
    case 'd':
      return new PyDict(
        items.map((entry) => {
          const [key = null, item = null] = Array.isArray(entry) ? entry : [];
          return [decodePy(key), decodePy(item)] as const;
        }),
      );
    case 'b':
      return new PyBytes(Buffer.from(textOf(content), 'base64'));
    default:
      return decodeDate(
        tag,
        items.map((item) => (item === null ? Number.NaN : Number(item))),
      );
  }
}

function decodeDate(tag: Json | undefined, parts: readonly number[]): PyValue {
  const [year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0, microsecond = 0] = parts;
  const date = new PyDate(year, month, day);
  if (tag === 'D') return date;
  const offset = parts[7] ?? Number.NaN;
  return new PyDateTime(date, {
    hour,
    minute,
    second,
    microsecond,
    offsetMinutes: Number.isNaN(offset) ? undefined : offset,
  });
}

/** What {@link encodePy} made JSON of. */
export function decodePy(code: Json): PyValue {
  if (Array.isArray(code)) return decodeTagged(code[0], code[1]);
  if (code === null || typeof code === 'boolean' || typeof code === 'string') return code;
  throw new TypeError(`expected an encoded value, got ${JSON.stringify(code)}`);
}
