import { exponentDigits, exponentText, fixedText, nonFinite, padExponent } from './float-text.ts';

/** How `%g` and `{:g}` are written: with the fewest characters, an exponent from `precision` digits on. */
function generalText(value: number, precision: number, keepZeros: boolean): string {
  const significant = Math.max(precision, 1);
  const { digits, exponent } = exponentDigits(value, significant - 1);
  const trimmed = (text: string): string =>
    keepZeros || !text.includes('.') ? text : text.replace(/\.?0+$/, '');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (exponent < -4 || exponent >= significant) {
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    return `${sign}${trimmed(mantissa)}e${padExponent(String(exponent))}`;
  }
  return trimmed(fixedText(value, significant - 1 - exponent));
}

/** How a float is written with one of `e`, `f`, `g` (or the capital, or `%`) and a number of digits. */
export function formatFloat(
  value: number,
  type: string,
  options: { readonly precision: number; readonly alternate: boolean },
): string {
  if (Number.isFinite(value) && !options.alternate) {
    if (type === 'e') return exponentText(value, options.precision);
    if (type === 'f') return fixedText(value, options.precision);
  }
  const lower = type.toLowerCase();
  const text = Number.isFinite(value) ? finite(value, lower, options) : nonFinite(value);
  return lower === type ? text : text.toUpperCase();
}

function finite(
  value: number,
  type: string,
  options: { readonly precision: number; readonly alternate: boolean },
): string {
  const { precision, alternate } = options;
  const point = (text: string): string =>
    alternate && !text.includes('.') ? text.replace(/(?=e|$)/, '.') : text;
  switch (type) {
    case 'e':
      return point(exponentText(value, precision));
    case 'g':
      return point(generalText(value, precision, alternate));
    default:
      return point(fixedText(value, precision));
  }
}

/** Puts a separator between groups of digits of the whole part. */
export function groupDigits(text: string, separator: string, size: number): string {
  const whole = /^[0-9a-fA-F]+/.exec(text)?.[0] ?? '';
  const groups = whole.replace(new RegExp(`\\B(?=(?:[0-9a-fA-F]{${size}})+$)`, 'g'), separator);
  return groups + text.slice(whole.length);
}
