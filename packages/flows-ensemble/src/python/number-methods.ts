import { boundMethod, type Methods, method } from './method.ts';
import type { PyValue } from './value.ts';

const INTEGER: Methods<bigint> = new Map(
  Object.entries({
    bit_length: method<bigint>('', (value) =>
      BigInt(value === 0n ? 0 : (value < 0n ? -value : value).toString(2).length),
    ),
    conjugate: method<bigint>('', (value) => value),
  }),
);

const FLOAT: Methods<number> = new Map(
  Object.entries({
    conjugate: method<number>('', (value) => value),
    is_integer: method<number>('', (value) => Number.isInteger(value)),
  }),
);

/** `value.name` of an int (or bool) or float. */
export function numberAttribute(value: bigint | number, name: string): PyValue | undefined {
  if (name === 'real') return value;
  if (name === 'imag') return typeof value === 'bigint' ? 0n : 0;
  if (typeof value === 'number') return boundMethod(FLOAT, value, name);
  if (name === 'numerator') return value;
  return name === 'denominator' ? 1n : boundMethod(INTEGER, value, name);
}
