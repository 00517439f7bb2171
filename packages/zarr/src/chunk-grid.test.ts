import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ZarrArray } from './array-metadata.ts';
import { ChunkGrid } from './chunk-grid.ts';

function arrayOf(
  counts: readonly number[],
  keys: ZarrArray['keys'] = { prefix: '', separator: '.' },
): ZarrArray {
  return {
    path: 'a',
    version: 2,
    shape: counts.map((count) => count * 3 - 1),
    chunkShape: counts.map(() => 3),
    keys,
    type: undefined,
    fill: undefined,
    codecs: [],
  };
}

const counts = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 });
const keys = fc.record({
  prefix: fc.constantFrom('', 'c'),
  separator: fc.constantFrom<'.' | '/'>('.', '/'),
});

describe('a grid of chunks', () => {
  it('gives every chunk one key, and knows it again', () => {
    fc.assert(
      fc.property(counts, keys, (shape, encoding) => {
        const grid = new ChunkGrid(arrayOf(shape, encoding));
        const all = Array.from({ length: grid.total }, (_, index) => grid.keyOf(index));
        expect(new Set(all).size).toBe(grid.total);
        expect(all.map((key) => grid.indexOf(key))).toEqual(all.map((_, index) => index));
      }),
      { numRuns: 60 },
    );
  });

  it('knows what is missing', () => {
    fc.assert(
      fc.property(counts, fc.infiniteStream(fc.boolean()), (shape, there) => {
        const grid = new ChunkGrid(arrayOf(shape));
        const absent: number[] = [];
        for (let index = 0; index < grid.total; index += 1)
          if (there.next().value === true) {
            grid.mark(index);
            grid.mark(index);
          } else absent.push(index);
        expect(grid.missing(grid.total)).toEqual(absent);
        expect(grid.present).toBe(grid.total - absent.length);
        expect(grid.missing(2)).toEqual(absent.slice(0, 2));
      }),
      { numRuns: 60 },
    );
  });

  it('takes no other name for a key', () => {
    const grid = new ChunkGrid(arrayOf([2, 3]));
    for (const key of [
      '',
      '0',
      '0.0.0',
      '0.3',
      '2.0',
      '-1.0',
      '0.',
      '.0',
      '00.0',
      '0.01',
      '1e0.0',
      '0/0',
      'c/0/0',
      '٠.0',
    ])
      expect(grid.indexOf(key), key).toBeUndefined();
  });

  it('is not made for an array that could not be counted', () => {
    expect(() => new ChunkGrid(arrayOf([1e6, 1e6]))).toThrow(/too large to check/);
  });

  it('has no chunk where the array has no element', () => {
    expect(new ChunkGrid({ ...arrayOf([1]), shape: [0] }).total).toBe(0);
  });
});
