/** `repr()` of a float: the fewest digits that read back the same; an exponent from 1e16 and below 1e-4. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) {
    // JavaScript writes exponents only below 1e-6 and from 1e21.
    const text = String(value);
    return value === Math.trunc(value) ? `${text}.0` : text;
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits}e${padExponent(exponent)}`;
}

/** `inf`, `-inf` or `nan`. */
export function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

/** Python writes a sign and at least two digits. */
export function padExponent(exponent: string): string {
  const sign = exponent.startsWith('-') ? '-' : '+';
  return sign + exponent.replace(/^[+-]/, '').padStart(2, '0');
}

interface Fraction {
  readonly above: bigint;
  readonly below: bigint;
}

/** A finite, non-negative float as the exact fraction that it is. */
function exactly(value: number): Fraction {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const field = Number((word >> 52n) & 0x7ffn);
  const mantissa = (word & 0xfffffffffffffn) | (field === 0 ? 0n : 0x10000000000000n);
  const exponent = Math.max(field, 1) - 1075;
  return exponent >= 0
    ? { above: mantissa << BigInt(exponent), below: 1n }
    : { above: mantissa, below: 1n << BigInt(-exponent) };
}

/** The nearest integer; a tie goes to the even one. */
function divideToEven(above: bigint, below: bigint): bigint {
  const whole = above / below;
  const twice = (above - whole * below) * 2n;
  const up = twice > below || (twice === below && whole % 2n === 1n);
  return up ? whole + 1n : whole;
}

/** A non-negative float times 10 to the power of `places`, rounded to an integer as Python does: exactly, ties to even. */
function scaled(value: number, places: number): bigint {
  const { above, below } = exactly(value);
  return places >= 0
    ? divideToEven(above * 10n ** BigInt(places), below)
    : divideToEven(above, below * 10n ** BigInt(-places));
}

/**
 * Whether a float may lie in the middle between two decimals. Only there do Python, which takes the even one, and JavaScript
 * round apart; such a float is written exactly by its shortest text, with one digit more.
 */
function mayBeTie(value: number, places: number): boolean {
  const size = Math.abs(value);
  if (places > 15 || size >= 1e15 || (size < 1e-6 && size > 0)) return true;
  const text = String(size);
  const point = text.indexOf('.');
  return point !== -1 && text.length - point - 1 === places + 1 && text.endsWith('5');
}

function withSign(value: number, text: string): string {
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

/** `'%.{places}f'` of a finite float. */
export function fixedText(value: number, places: number): string {
  if (!mayBeTie(value, places)) return withSign(value, Math.abs(value).toFixed(places));
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const digits = scaled(Math.abs(value), places)
    .toString()
    .padStart(places + 1, '0');
  const point = digits.length - places;
  return sign + digits.slice(0, point) + (places > 0 ? `.${digits.slice(point)}` : '');
}

/** Powers of ten that are floats without an error. */
const POWERS = Array.from({ length: 23 }, (_, power) => 10 ** power);

function powerOfTen(power: number): number {
  return POWERS[power] ?? Number.NaN;
}

/** The power of ten of the first digit. */
function firstPower(size: number): number {
  let power = 0;
  if (size >= 1) while (size >= powerOfTen(power + 1)) power += 1;
  else for (power = -1; size * powerOfTen(-power) < 1; ) power -= 1;
  return power;
}

/**
 * {@link exponentText} for the sizes and digits that are met most, without the exact arithmetic that others need. Scaling
 * makes an error of less than 1e-5 in the last digit, so the digits are sure unless the rest is about a half.
 */
function quickExponentText(size: number, places: number): string | undefined {
  if (places > 8 || places < 1 || !(size >= 1e-9 && size < 1e15)) return undefined;
  let power = firstPower(size);
  const shift = places - power;
  const scaled = shift >= 0 ? size * powerOfTen(shift) : size / powerOfTen(-shift);
  const whole = Math.floor(scaled);
  const rest = scaled - whole;
  if (rest > 0.499 && rest < 0.501) return undefined;
  let digits = rest > 0.5 ? whole + 1 : whole;
  if (digits === powerOfTen(places + 1)) {
    digits = powerOfTen(places);
    power += 1;
  }
  const text = String(digits);
  const away = Math.abs(power);
  return `${text.charAt(0)}.${text.slice(1)}e${power < 0 ? '-' : '+'}${away < 10 ? '0' : ''}${away}`;
}

/** `'%.{places}e'` of a finite float. */
export function exponentText(value: number, places: number): string {
  const quick = quickExponentText(Math.abs(value), places);
  if (quick !== undefined) return value < 0 ? `-${quick}` : quick;
  const { digits, exponent } = exponentDigits(value, places);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${sign}${mantissa}e${padExponent(String(exponent))}`;
}

/** `'%.{places}e'` of a finite float: mantissa digits without a point, and the exponent of ten. */
export function exponentDigits(
  value: number,
  places: number,
): { readonly digits: string; readonly exponent: number } {
  const size = Math.abs(value);
  if (size === 0) return { digits: '0'.repeat(places + 1), exponent: 0 };
  const shortest = size.toExponential();
  const end = shortest.indexOf('e');
  if (places < 16 && !(end === places + 3 && shortest.charAt(end - 1) === '5')) {
    const [mantissa = '', power = ''] = size.toExponential(places).split('e');
    return { digits: mantissa.replace('.', ''), exponent: Number(power) };
  }
  let exponent = Number(size.toExponential().split('e')[1]);
  let digits = scaled(size, places - exponent).toString();
  if (digits.length > places + 1) {
    exponent += 1;
    digits = scaled(size, places - exponent).toString();
  }
  return { digits, exponent };
}

const EXACT_POWER = 22;

/** `round(value, places)` of a float: to the nearest decimal of the exact value, ties to even. */
export function roundFloat(value: number, places: number): number {
  if (!Number.isFinite(value) || value === 0 || places > 323) return value;
  if (places < -308) return value < 0 ? -0 : 0;
  if (places >= 0 && places <= EXACT_POWER) {
    const twice = Math.abs(value) * 10 ** places * 2;
    // Only an exact tie shows as an integer here; without one JavaScript rounds the same way.
    if (twice < Number.MAX_SAFE_INTEGER && !Number.isInteger(twice))
      return Number(value.toFixed(places));
  }
  if (places >= 0) return Number(fixedText(value, places));
  const rounded = Number(scaled(Math.abs(value), places) * 10n ** BigInt(-places));
  return value < 0 ? -rounded : rounded;
}
