import { checkIntegerBits } from './limits.ts';
import { PyException, typeError } from './py-exception.ts';

function zeroDivision(message: string): PyException {
  return new PyException('ZeroDivisionError', message);
}

function float(value: bigint | number): number {
  const result = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(result))
    throw new PyException('OverflowError', 'int too large to convert to float');
  return result;
}

const EXACT = BigInt(Number.MAX_SAFE_INTEGER);

function bitLength(value: bigint): number {
  return value.toString(2).replace('-', '').length;
}

/** `a / b` of two ints: the float nearest to the true quotient. */
export function divideIntegers(a: bigint, b: bigint): number {
  if (b === 0n) throw zeroDivision('division by zero');
  if (a <= EXACT && a >= -EXACT && b <= EXACT && b >= -EXACT) return Number(a) / Number(b);
  // More bits than a float holds, and one below them that says whether anything was left over.
  const shift = BigInt(Math.max(0, 66 - bitLength(a) + bitLength(b)));
  const [above, below] = [(a < 0n ? -a : a) << shift, b < 0n ? -b : b];
  const quotient = ((above / below) << 1n) | (above % below === 0n ? 0n : 1n);
  const result = Number(quotient) / 2 ** (Number(shift) + 1);
  if (!Number.isFinite(result))
    throw new PyException('OverflowError', 'integer division result too large for a float');
  return a < 0n === b < 0n ? result : -result;
}

/** `a // b`: the quotient, rounded down. */
export function floorDivide<T extends bigint | number>(a: T, b: T): bigint | number {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw zeroDivision('integer division or modulo by zero');
    const quotient = a / b;
    return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
  }
  return floorDivideFloats(Number(a), Number(b));
}

/** Follows `float_divmod` of CPython, whose result differs from `floor(a / b)` in the last place. */
function floorDivideFloats(a: number, b: number): number {
  if (b === 0) throw zeroDivision('float floor division by zero');
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1;
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** `a % b`, which has the sign of `b`. */
export function modulo<T extends bigint | number>(a: T, b: T): bigint | number {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw zeroDivision('integer division or modulo by zero');
    const rest = a % b;
    return rest !== 0n && b < 0n !== rest < 0n ? rest + b : rest;
  }
  const [left, right] = [Number(a), Number(b)];
  if (right === 0) throw zeroDivision('float modulo');
  const rest = left % right;
  if (rest === 0) return right < 0 ? -0 : 0;
  return right < 0 !== rest < 0 ? rest + right : rest;
}

/** `a ** b`; a negative int exponent makes a float. */
export function power(a: bigint | number, b: bigint | number): bigint | number {
  if (typeof a === 'bigint' && typeof b === 'bigint' && b >= 0n) {
    if (a > 1n || a < -1n) checkIntegerBits(bitLength(a) * Number(b));
    return a ** b;
  }
  const [left, right] = [float(a), float(b)];
  if (left === 0 && right < 0) throw zeroDivision('0.0 cannot be raised to a negative power');
  if (left < 0 && Number.isFinite(left) && Number.isFinite(right) && !Number.isInteger(right))
    throw typeError('the result is a complex number, which templates here do not have');
  return floatPower(left, right);
}

function floatPower(a: number, b: number): number {
  // C's pow() differs from JavaScript's where one of them is 1.
  if (a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b))) return 1;
  const result = a ** b;
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b))
    throw new PyException('OverflowError', "(34, 'Numerical result out of range')");
  return result;
}
