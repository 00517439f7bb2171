import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIndices, parseSlurmId } from './array-ids.ts';

describe('parseSlurmId', () => {
  it.each([
    ['123', '123', []],
    ['123_4', '123', [[4, 4]]],
    ['123_[0-999]', '123', [[0, 999]]],
    [
      '123_[5-9,12%3]',
      '123',
      [
        [5, 9],
        [12, 12],
      ],
    ],
    [
      '123_[0-6:3]',
      '123',
      [
        [0, 0],
        [3, 3],
        [6, 6],
      ],
    ],
    ['123+1', '123', []],
    ['123_[7]', '123', [[7, 7]]],
  ])('reads %s', (text, job, tasks) => {
    expect(parseSlurmId(text)).toEqual({ job, tasks });
  });

  it.each(['', 'JOBID', '123.batch', '123_', '123_[1-', 'a_1', '123_[...]', '12 3', '-1'])(
    'does not take %j for an id',
    (text) => {
      expect(parseSlurmId(text)).toBeUndefined();
    },
  );

  it('reads back every set of indices that was written', () => {
    const sets = fc.uniqueArray(fc.nat(2000), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(sets, (indices) => {
        const id = parseSlurmId(`7_[${formatIndices(indices)}%4]`);
        const read = id?.tasks.flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, at) => first + at),
        );

        expect(read).toEqual(indices.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('formatIndices', () => {
  it('joins neighbours, whatever their order, and says each once', () => {
    expect(formatIndices([7, 1, 0, 3, 2, 2])).toBe('0-3,7');
    expect(formatIndices([])).toBe('');
  });
});
