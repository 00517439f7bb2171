import { coreError } from '../errors.ts';
import { numberAsWritten, numberOf, scalarText, type Value } from '../written.ts';
import { type Column, MAX_VALUES, remembered } from './column.ts';

const DECIMAL = /^([-+]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]{1,3}))?$/;
const MAX_DECIMALS = 30;

interface Decimal {
  /** The number is `digits * 10^-decimals`. */
  readonly digits: bigint;
  readonly decimals: number;
}

function refuse(message: string): never {
  throw coreError('PARAMETERS_INVALID', message);
}

function parseDecimal(text: string): Decimal {
  const match = DECIMAL.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '') refuse(`expected a decimal number, got ${text}`);
  const decimals = fraction.length - Number(exponent);
  if (Math.abs(decimals) > MAX_DECIMALS) refuse(`${text} has too many decimals for a range`);
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  return decimals >= 0
    ? { digits, decimals }
    : { digits: digits * 10n ** BigInt(-decimals), decimals: 0 };
}

function formatDecimal(digits: bigint, decimals: number): string {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(decimals + 1, '0');
  if (decimals === 0) return sign + text;
  return `${sign}${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

/**
 * The values from `start` to `stop`, both included, in steps of `step` (default 1 or -1, whichever leads there).
 * Calculated in decimals exactly as written: `[0.1, 1.0, 0.1]` gives `0.1`, `0.2`, ... `1.0`. Every value has as many
 * decimals as the most precise of start and step; whole numbers stay whole. A stop that the steps do not hit is not passed.
 * @throws PARAMETERS_INVALID for a zero step or one that leads away; PARAMETERS_TOO_MANY beyond a million values
 */
export function rangeColumn(name: string, bounds: readonly Value[]): Column {
  const texts = bounds.map((bound) => {
    if (numberOf(bound) === undefined)
      refuse(`expected numbers in range, got ${JSON.stringify(bound)}`);
    return scalarText(bound) ?? '';
  });
  const [startText, stopText, stepText] = texts;
  if (startText === undefined || stopText === undefined || texts.length > 3) {
    refuse(`expected [start, stop] or [start, stop, step], got ${texts.length} numbers`);
  }
  const start = parseDecimal(startText);
  const stop = parseDecimal(stopText);
  const step = parseDecimal(stepText ?? (Number(stopText) < Number(startText) ? '-1' : '1'));
  const decimals = Math.max(start.decimals, step.decimals);
  const scale = Math.max(decimals, stop.decimals);
  const scaled = (number: Decimal): bigint =>
    number.digits * 10n ** BigInt(scale - number.decimals);
  const [first, last, by] = [scaled(start), scaled(stop), scaled(step)];
  if (by === 0n) refuse('the step of a range must not be 0');
  if (first !== last && last > first !== by > 0n) {
    refuse(`the step ${stepText} leads away from ${stopText}, starting at ${startText}`);
  }
  const count = (last - first) / by + 1n;
  if (count > BigInt(MAX_VALUES)) {
    const message = `range [${texts.join(', ')}] would give ${count} values, expected at most ${MAX_VALUES}`;
    throw coreError('PARAMETERS_TOO_MANY', message);
  }
  const spare = 10n ** BigInt(scale - decimals);
  return {
    name,
    size: Number(count),
    at: remembered(Number(count), (row) => {
      const text = formatDecimal((first + BigInt(row) * by) / spare, decimals);
      return numberAsWritten(Number(text), text);
    }),
    identity: `${name}:range[${texts.join(',')}]`,
  };
}
