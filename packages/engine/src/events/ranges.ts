import type { Ranges } from './fact.ts';

/**
 * Folds whole numbers in ascending order without repetition: runs of three or more become `[first, last]`.
 * Numbers out of order are a mistake of the caller and are not looked for.
 */
export function rangesOf(sorted: ArrayLike<number>): Ranges {
  const ranges: (number | readonly [number, number])[] = [];
  const length = sorted.length;
  let index = 0;
  while (index < length) {
    const first = sorted[index] as number;
    let end = index + 1;
    while (end < length && sorted[end] === first + (end - index)) end += 1;
    if (end - index >= 3) ranges.push([first, first + (end - index) - 1]);
    else for (let i = index; i < end; i += 1) ranges.push(sorted[i] as number);
    index = end;
  }
  return ranges;
}

/** Calls `fn` for every number, in ascending order. */
export function eachOf(ranges: Ranges, fn: (value: number) => void): void {
  for (const range of ranges) {
    if (typeof range === 'number') fn(range);
    else for (let value = range[0]; value <= range[1]; value += 1) fn(value);
  }
}

/** How many numbers there are. */
export function countOf(ranges: Ranges): number {
  let count = 0;
  for (const range of ranges) count += typeof range === 'number' ? 1 : range[1] - range[0] + 1;
  return count;
}

/** All numbers, in ascending order. */
export function toArray(ranges: Ranges): number[] {
  const values: number[] = [];
  eachOf(ranges, (value) => {
    values.push(value);
  });
  return values;
}
