import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentDigits, exponentText, padExponent } from './float-text.ts';

/** The same by way of the digits of the exact fraction. */
function exactText(value: number, places: number): string {
  const { digits, exponent } = exponentDigits(value, places);
  return `${value < 0 ? '-' : ''}${digits[0]}.${digits.slice(1)}e${padExponent(String(exponent))}`;
}

describe('exponentText', () => {
  it.each([
    [112.5, 2, '1.12e+02'],
    [113.5, 2, '1.14e+02'],
    [0.5, 6, '5.000000e-01'],
    [9.9999999, 6, '1.000000e+01'],
    [-1234.5, 3, '-1.234e+03'],
    [1e-7, 1, '1.0e-07'],
    [1250000, 1, '1.2e+06'],
    [1e14, 8, '1.00000000e+14'],
  ])('writes %d with %d places as Python does', (value, places, text) => {
    expect(exponentText(value, places)).toBe(text);
  });

  it('is exact for every float', () => {
    const decimal = fc
      .tuple(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: -12, max: 8 }))
      .map(([digits, power]) => digits * 10 ** power);
    const float = fc.double({ noNaN: true, noDefaultInfinity: true });

    fc.assert(
      fc.property(fc.oneof(decimal, float), fc.integer({ min: 1, max: 8 }), (value, places) => {
        fc.pre(value !== 0);
        expect(exponentText(value, places)).toBe(exactText(value, places));
      }),
      { numRuns: 1000 },
    );
  });
});
