import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile } from './set-statistics.ts';
import { useCurve } from './use-curve.ts';

const NAMED = { name: 'jobs', kind: 'limit', capacity: 3 } as const;

describe('the curve of what is in use', () => {
  it('rises with what is taken and falls with what is given back', () => {
    const curve = useCurve(
      NAMED,
      [
        { from: 0, to: 100, amount: 1 },
        { from: 50, to: 100, amount: 2 },
      ],
      200,
    );

    expect(curve).toMatchObject({
      peak: 3,
      mean: 1,
      points: [
        [0, 1],
        [50, 3],
        [100, 0],
      ],
    });
  });

  it('hands a slot over without a dip or a peak', () => {
    const curve = useCurve(
      NAMED,
      [
        { from: 0, to: 10, amount: 1 },
        { from: 10, to: 20, amount: 1 },
      ],
      20,
    );

    expect(curve.points).toEqual([
      [0, 1],
      [20, 0],
    ]);
  });

  it('keeps its peak and its end when it has too many points', () => {
    const hold = fc.record({
      from: fc.nat(10_000),
      length: fc.integer({ min: 1, max: 500 }),
      amount: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(hold, { minLength: 400, maxLength: 700 }), (given) => {
        const holds = given.map(({ from, length, amount }) => ({
          from,
          to: from + length,
          amount,
        }));
        const { peak, points } = useCurve(NAMED, holds, 10_500);

        expect(points.length).toBeLessThanOrEqual(502);
        expect(Math.max(...points.map(([, amount]) => amount))).toBe(peak);
        expect(points.at(-1)?.[1]).toBe(0);
      }),
    );
  });
});

describe('a quantile', () => {
  // numpy.percentile([1, 2, 3, 4], [50, 95]) and of [10]: 2.5, 3.85, 10.
  it('is interpolated between neighbours', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4], 0.95)).toBeCloseTo(3.85, 12);
    expect(quantile([10], 0.95)).toBe(10);
    expect(quantile([], 0.5)).toBeUndefined();
  });
});
