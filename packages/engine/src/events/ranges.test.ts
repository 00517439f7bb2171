import { describe, expect, it } from 'vitest';
import { countOf, eachOf, rangesOf, toArray } from './ranges.ts';

describe('rangesOf', () => {
  it('folds runs of three and more and leaves the rest as it is', () => {
    expect(rangesOf([1, 4, 5, 6, 7, 8, 9, 12, 13])).toEqual([1, [4, 9], 12, 13]);
  });

  it('is nothing for nothing', () => {
    expect(rangesOf([])).toEqual([]);
  });

  it('takes typed arrays, and comes back the same', () => {
    const numbers = Uint32Array.from({ length: 5000 }, (_, i) => i + Math.floor(i / 7) * (i % 3));
    const sorted = [...new Set(numbers)].sort((a, b) => a - b);

    expect(toArray(rangesOf(Uint32Array.from(sorted)))).toEqual(sorted);
  });
});

describe('eachOf and countOf', () => {
  it('see every number once', () => {
    const seen: number[] = [];

    eachOf([0, [2, 4], 9], (value) => seen.push(value));

    expect(seen).toEqual([0, 2, 3, 4, 9]);
    expect(countOf([0, [2, 4], 9])).toBe(5);
  });
});
