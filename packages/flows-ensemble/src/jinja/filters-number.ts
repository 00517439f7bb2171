import { calculate } from '../python/arithmetic.ts';
import { isTrue, refuseOperation } from '../python/comparison.ts';
import { fixedText, roundFloat } from '../python/float-text.ts';
import { textOf } from '../python/markup.ts';
import { needInteger } from '../python/method.ts';
import { numberOf, parseFloatText, parseInteger, toFloat, truncate } from '../python/numbers.ts';
import { PyException, typeError } from '../python/py-exception.ts';
import { typeName } from '../python/type-name.ts';
import type { PyValue } from '../python/value.ts';
import { type Filter, filter } from './filter.ts';

function isA(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof PyException && names.includes(error.exception);
}

/** `float(value)`. */
function toFloatValue(value: PyValue): number {
  const number = numberOf(value);
  if (number !== undefined) return toFloat(number);
  const text = textOf(value);
  if (text !== undefined) return parseFloatText(text);
  refuseOperation(value);
  throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`);
}

/** `int(value)`. */
function toInteger(value: PyValue, base: number): bigint {
  const number = numberOf(value);
  if (number !== undefined) return typeof number === 'bigint' ? number : truncate(number);
  const text = textOf(value);
  if (text !== undefined) return parseInteger(text, base);
  refuseOperation(value);
  throw typeError(`int() argument must be a string or a real number, not '${typeName(value)}'`);
}

function integer(value: PyValue, otherwise: PyValue, base: number): PyValue {
  try {
    return toInteger(value, base);
  } catch (error) {
    if (!isA(error, 'TypeError', 'ValueError')) throw error;
  }
  try {
    return truncate(toFloatValue(value));
  } catch (error) {
    if (isA(error, 'TypeError', 'ValueError', 'OverflowError')) return otherwise;
    throw error;
  }
}

function float(value: PyValue, otherwise: PyValue): PyValue {
  try {
    return toFloatValue(value);
  } catch (error) {
    if (isA(error, 'TypeError', 'ValueError')) return otherwise;
    throw error;
  }
}

/** `round(int, places)`: only a negative number of places changes anything. */
function roundInteger(value: bigint, places: number): bigint {
  if (places >= 0) return value;
  const unit = 10n ** BigInt(-places);
  const rest = ((value % unit) + unit) % unit;
  const low = value - rest;
  const up = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n !== 0n);
  return up ? low + unit : low;
}

function roundCommon(value: PyValue, precision: PyValue): PyValue {
  const number = numberOf(value);
  if (number === undefined)
    throw typeError(`type ${typeName(value)} doesn't define __round__ method`);
  if (precision === null)
    return typeof number === 'bigint' ? number : truncate(roundFloat(number, 0));
  const places = needInteger(precision);
  if (typeof number === 'bigint') return roundInteger(number, places);
  const rounded = roundFloat(number, places);
  if (!Number.isFinite(rounded) && Number.isFinite(number))
    throw new PyException('OverflowError', 'rounded value too large to represent');
  return rounded;
}

function round(value: PyValue, precision: PyValue, method: PyValue): PyValue {
  if (method === 'common') return roundCommon(value, precision);
  if (method !== 'ceil' && method !== 'floor')
    throw new PyException('FilterArgumentError', 'method must be common, ceil or floor');
  const factor = calculate('**', 10n, precision);
  const scaled = calculate('*', value, factor);
  const number = numberOf(scaled);
  if (number === undefined) throw typeError(`must be real number, not ${typeName(value)}`);
  const whole =
    typeof number === 'bigint'
      ? number
      : truncate(method === 'ceil' ? Math.ceil(number) : Math.floor(number));
  return calculate('/', whole, factor);
}

function absolute(value: PyValue): PyValue {
  const number = numberOf(value);
  if (number === undefined) {
    throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
  }
  if (typeof number === 'number') return Math.abs(number);
  return number < 0n ? -number : number;
}

const PREFIXES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

function fileSize(value: PyValue, binary: boolean): string {
  const bytes = toFloatValue(value);
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${truncate(bytes)} Bytes`;
  const found = PREFIXES.findIndex((_, at) => bytes < base ** (at + 2));
  const place = found === -1 ? PREFIXES.length - 1 : found;
  const prefix = PREFIXES[place] ?? '';
  const unit = binary ? `${prefix.toUpperCase()}iB` : `${prefix}B`;
  const size = (base * bytes) / base ** (place + 2);
  return `${Number.isFinite(size) ? fixedText(size, 1) : Number.isNaN(size) ? 'nan' : 'inf'} ${unit}`;
}

/** Filters on numbers, and those that make some. */
export const NUMBER_FILTERS: Readonly<Record<string, Filter>> = {
  abs: filter('', (_render, value) => absolute(value)),
  filesizeformat: filter('?binary', (_render, value, [binary]) =>
    fileSize(value, isTrue(binary ?? false)),
  ),
  float: filter('?default', (_render, value, [otherwise = 0]) => float(value, otherwise)),
  int: filter('?default base', (_render, value, [otherwise = 0n, base]) =>
    integer(value, otherwise, needInteger(base, 10)),
  ),
  round: filter('?precision method', (_render, value, [precision = 0n, method = 'common']) =>
    round(value, precision, method),
  ),
};
