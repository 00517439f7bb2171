import { isPlainObject, numberAsWritten, numberOf, scalarText, WrittenNumber } from '../written.ts';
import { jsonText } from './json-text.ts';
import {
  compare,
  finite,
  isEqual,
  isTrue,
  kindOf,
  MAX_RESULT,
  needNumber,
  rounded,
} from './operators.ts';
import { ValueProblem } from './template-error.ts';

/** A function of the template language; `x | f(a)` is `f(x, a)`. */
export interface TemplateFunction {
  /** Fewest and most values it takes, the one before `|` included. */
  readonly min: number;
  readonly max: number;
  readonly call: (...args: readonly unknown[]) => unknown;
}

const PLAIN_WORD = /^[A-Za-z0-9_./:=,+@%-]+$/;

/** A text as one word of a POSIX shell. Texts without special characters stay as they are. */
export function quoteWord(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The text of a scalar. With `inspects`, refuses a text with NUL characters, which mark places that are filled in later:
 * its letters are not known yet.
 */
function text(value: unknown, what: string, inspects = true): string {
  const found = scalarText(value);
  if (found === undefined) throw new ValueProblem(`${what} needs a text, got ${kindOf(value)}`);
  if (inspects && found.includes('\0')) {
    throw new ValueProblem(
      `${what} cannot look into a value that is known only when the task starts`,
    );
  }
  return found;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ValueProblem(`${what} needs a list, got ${kindOf(value)}`);
  return value;
}

function whole(value: unknown, what: string, most: number): number {
  const number = needNumber(value, what);
  if (!Number.isInteger(number) || Math.abs(number) > most) {
    throw new ValueProblem(`${what} needs a whole number of at most ${most}, got ${number}`);
  }
  return number;
}

function bounded(result: string): string {
  if (result.length > MAX_RESULT) throw new ValueProblem('this text is too long', 'TEMPLATE_LIMIT');
  return result;
}

function replace(value: unknown, from: unknown, to: unknown): string {
  const [source, old, fresh] = [text(value, 'replace'), text(from, 'replace'), text(to, 'replace')];
  const pieces = source.split(old);
  const length = source.length + (pieces.length - 1) * (fresh.length - old.length);
  if (length > MAX_RESULT) throw new ValueProblem('this text is too long', 'TEMPLATE_LIMIT');
  return pieces.join(fresh);
}

function split(value: unknown, separator?: unknown): readonly string[] {
  const source = text(value, 'split');
  if (separator === undefined) return source.split(/\s+/).filter((word) => word !== '');
  return source.split(text(separator, 'split'));
}

function join(value: unknown, separator: unknown = ''): string {
  const words = list(value, 'join').map((item) => text(item, 'join', false));
  return bounded(words.join(text(separator, 'join')));
}

function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (isPlainObject(value)) return Object.keys(value).length;
  return text(value, 'length').length;
}

function end(value: unknown, what: 'first' | 'last'): unknown {
  const items = typeof value === 'string' ? text(value, what) : list(value, what);
  if (items.length === 0) throw new ValueProblem(`${what} of an empty ${kindOf(value).slice(2)}`);
  return items[what === 'first' ? 0 : items.length - 1];
}

function toNumber(value: unknown, what: string): number {
  const number = numberOf(value);
  if (number !== undefined) return number;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const written = text(value, what).trim();
  if (!/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(written)) {
    throw new ValueProblem(`${what} needs a number, got ${JSON.stringify(written.slice(0, 40))}`);
  }
  return finite(Number(written));
}

function toFloat(value: unknown): unknown {
  const number = toNumber(value, 'float');
  return typeof value === 'string'
    ? numberAsWritten(number, value.trim())
    : value instanceof WrittenNumber
      ? value
      : number;
}

function round(value: unknown, digits: unknown = 0): number {
  const places = whole(digits, 'round', 15);
  const number = needNumber(value, 'round');
  const scaled = rounded(number * 10 ** places);
  return rounded(Math.sign(scaled) * Math.round(Math.abs(scaled)) * 10 ** -places);
}

/** Fixed decimals: the result keeps the zeros. */
function format(value: unknown, digits: unknown): WrittenNumber {
  const number = toNumber(value, 'format');
  if (Math.abs(number) >= 1e21) throw new ValueProblem('format needs a number below 1e21');
  const places = whole(digits, 'format', 20);
  if (places < 0) throw new ValueProblem('format needs a number of decimals that is not negative');
  const written = number.toFixed(places);
  return new WrittenNumber(Number(written), written);
}

function pad(value: unknown, width: unknown, filler: unknown = '0'): string {
  const source = text(value, 'pad');
  const length = whole(width, 'pad', 10_000);
  const fill = text(filler, 'pad');
  if (fill !== '0' || !/^[-+][0-9]/.test(source)) return source.padStart(length, fill);
  return source.slice(0, 1) + source.slice(1).padStart(length - 1, fill);
}

function basename(value: unknown): string {
  const path = text(value, 'basename').replace(/\/+$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

function dirname(value: unknown): string {
  const path = text(value, 'dirname').replace(/(?<=[^/])\/+$/, '');
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

function extensionStart(name: string): number {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? dot : name.length;
}

function sorted(value: unknown, descending: unknown = false): unknown[] {
  const sign = isTrue(descending) ? -1 : 1;
  return [...list(value, 'sort')].sort((left, right) => sign * compare(left, right));
}

function unique(value: unknown): unknown[] {
  const kept = new Map<string, unknown>();
  for (const item of list(value, 'unique')) {
    const number = numberOf(item);
    const key = number === undefined ? jsonText(item) : String(number);
    if (!kept.has(key)) kept.set(key, item);
  }
  return [...kept.values()];
}

function extreme(args: readonly unknown[], what: 'min' | 'max'): unknown {
  const items = args.length === 1 ? list(args[0], what) : args;
  if (items.length === 0) throw new ValueProblem(`${what} of an empty list`);
  const sign = what === 'min' ? -1 : 1;
  return items.reduce((best, item) => (sign * compare(item, best) > 0 ? item : best));
}

function range(first: unknown, second?: unknown, third: unknown = 1): number[] {
  const start = second === undefined ? 0 : needNumber(first, 'range');
  const stop = needNumber(second === undefined ? first : second, 'range');
  const step = needNumber(third, 'range');
  const count = Math.ceil(rounded((stop - start) / (step === 0 ? Number.NaN : step)));
  if (count > 100_000) throw new ValueProblem(`range would have ${count} values`, 'TEMPLATE_LIMIT');
  return Array.from({ length: Math.max(0, count) }, (_, index) => rounded(start + index * step));
}

function map(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (!isPlainObject(value)) throw new ValueProblem(`${what} needs a map, got ${kindOf(value)}`);
  return value;
}

function total(value: unknown): number {
  return rounded(
    list(value, 'sum').reduce<number>((sum, item) => sum + needNumber(item, 'sum'), 0),
  );
}

function toText(value: unknown): string {
  return scalarText(value) ?? jsonText(value);
}

function quote(value: unknown): string {
  const words = Array.isArray(value) ? value : [value];
  return words.map((word) => quoteWord(text(word, 'quote'))).join(' ');
}

const one = (call: (value: unknown) => unknown): TemplateFunction => ({ min: 1, max: 1, call });
const upTo = (max: number, call: TemplateFunction['call']): TemplateFunction => ({
  min: 1,
  max,
  call,
});

/** All functions. `default` is here for its name and count only: the compiler treats it, because it catches missing names. */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['upper', one((value) => text(value, 'upper').toUpperCase())],
  ['lower', one((value) => text(value, 'lower').toLowerCase())],
  ['trim', one((value) => text(value, 'trim').trim())],
  ['replace', { min: 3, max: 3, call: replace }],
  ['split', upTo(2, split)],
  ['join', upTo(2, join)],
  [
    'startswith',
    {
      min: 2,
      max: 2,
      call: (value, head) => text(value, 'startswith').startsWith(text(head, 'startswith')),
    },
  ],
  [
    'endswith',
    {
      min: 2,
      max: 2,
      call: (value, tail) => text(value, 'endswith').endsWith(text(tail, 'endswith')),
    },
  ],
  ['length', one(lengthOf)],
  ['first', one((value) => end(value, 'first'))],
  ['last', one((value) => end(value, 'last'))],
  ['round', upTo(2, round)],
  ['floor', one((value) => Math.floor(needNumber(value, 'floor')))],
  ['ceil', one((value) => Math.ceil(needNumber(value, 'ceil')))],
  ['abs', one((value) => Math.abs(needNumber(value, 'abs')))],
  ['int', one((value) => Math.trunc(toNumber(value, 'int')))],
  ['float', one(toFloat)],
  ['str', one(toText)],
  ['format', { min: 2, max: 2, call: format }],
  ['pad', { min: 2, max: 3, call: pad }],
  ['zfill', { min: 2, max: 2, call: (value, width) => pad(value, width) }],
  ['basename', one(basename)],
  ['dirname', one(dirname)],
  ['ext', one((value) => basename(value).slice(extensionStart(basename(value))))],
  ['stem', one((value) => basename(value).slice(0, extensionStart(basename(value))))],
  ['default', { min: 2, max: 2, call: (value, fallback) => value ?? fallback }],
  ['min', upTo(20, (...args) => extreme(args, 'min'))],
  ['max', upTo(20, (...args) => extreme(args, 'max'))],
  ['sum', one(total)],
  ['sort', upTo(2, sorted)],
  ['unique', one(unique)],
  ['reverse', one((value) => [...list(value, 'reverse')].reverse())],
  [
    'contains',
    {
      min: 2,
      max: 2,
      call: (value, item) => list(value, 'contains').some((other) => isEqual(item, other)),
    },
  ],
  ['range', upTo(3, range)],
  ['json', one((value) => bounded(jsonText(value)))],
  ['quote', one(quote)],
  ['keys', one((value) => Object.keys(map(value, 'keys')))],
  ['values', one((value) => Object.values(map(value, 'values')))],
]);
