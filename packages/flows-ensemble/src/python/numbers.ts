import { WHITE_SPACE } from './code-points.ts';
import { PyException, valueError } from './py-exception.ts';
import type { PyValue } from './value.ts';

/** int and float, with bool counted as int; `undefined` for anything else. */
export function numberOf(value: PyValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return typeof value === 'boolean' ? BigInt(value) : undefined;
}

/** `float(value)` of an int. */
export function toFloat(value: bigint | number): number {
  if (typeof value === 'number') return value;
  const float = Number(value);
  if (!Number.isFinite(float))
    throw new PyException('OverflowError', 'int too large to convert to float');
  return float;
}

/** `int(value)` of a float: towards zero. */
export function truncate(value: number): bigint {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(value))
    throw new PyException('OverflowError', 'cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}

const SPACES = new RegExp(`^[${WHITE_SPACE}]+|[${WHITE_SPACE}]+$`, 'g');

const PREFIX: ReadonlyMap<number, RegExp> = new Map([
  [2, /^0b_?/i],
  [8, /^0o_?/i],
  [16, /^0x_?/i],
]);

function digitValue(character: string): number {
  const code = character.charCodeAt(0);
  if (code >= 48 && code <= 57) return code - 48;
  const letter = character.toLowerCase().charCodeAt(0);
  return letter >= 97 && letter <= 122 ? letter - 87 : 99;
}

function baseOf(digits: string, base: number): number {
  if (base !== 0) return base;
  for (const [named, prefix] of PREFIX) if (prefix.test(digits)) return named;
  return 10;
}

/** `int(text, base)`; throws a ValueError as Python does. */
export function parseInteger(text: string, base: number): bigint {
  if (base !== 0 && (base < 2 || base > 36))
    throw valueError('int() base must be >= 2 and <= 36, or 0');
  const [, sign = '', written = ''] = /^([+-]?)([\s\S]*)$/.exec(text.replace(SPACES, '')) ?? [];
  const real = baseOf(written, base);
  const digits = asciiDigits(written.replace(PREFIX.get(real) ?? /^$/, ''));
  const leading = base === 0 && real === 10 && /^0[0_]*[1-9]/.test(digits);
  const good = /^[0-9a-z]+(?:_[0-9a-z]+)*$/i.test(digits) && !leading;
  const values = good ? [...digits.replaceAll('_', '')].map(digitValue) : [real];
  if (values.some((value) => value >= real))
    throw valueError(`invalid literal for int() with base ${base}: ${JSON.stringify(text)}`);
  const big = BigInt(real);
  const size =
    real === 10
      ? BigInt(digits.replaceAll('_', ''))
      : values.reduce((sum, value) => sum * big + BigInt(value), 0n);
  return sign === '-' ? -size : size;
}

/** Python reads the decimal digits of every script. */
function asciiDigits(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => String(decimalValue(digit)));
}

function decimalValue(digit: string): number {
  // Every script's ten digits are neighbours and start at a code point whose predecessor is none.
  const code = digit.codePointAt(0) ?? 0;
  let steps = 0;
  while (steps < 10 && /\p{Nd}/u.test(String.fromCodePoint(code - steps - 1))) steps += 1;
  return steps % 10;
}

const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;

/** `float(text)`; throws a ValueError as Python does. */
export function parseFloatText(text: string): number {
  const trimmed = asciiDigits(text.replace(SPACES, ''));
  const special = SPECIAL.exec(trimmed);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!FLOAT.test(trimmed))
    throw valueError(`could not convert string to float: ${JSON.stringify(text)}`);
  return Number(trimmed.replaceAll('_', ''));
}
