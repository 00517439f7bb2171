import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { foldGrid, type Grid, gridAxis } from './fold-grid.ts';
import { labelParameters } from './label-parameters.ts';
import { timeTicks } from './time-axis.ts';
import { numberText } from './wording.ts';

const PARTS = { formatNumber: numberText, axisOf: gridAxis };
const GRID: Grid = {
  title: 'sweep',
  parameters: ['speed', 'mode', 'seed'],
  columns: [
    [10, 10, 2, 2],
    ['dry', 'wet', 'dry', 'dry'],
    [1, 1, 1, 2],
  ],
  states: ['succeeded', 'failed', 'reused', 'succeeded'],
  measures: [{ name: 'melt', values: [4, null, 1, 3] }],
};

describe('a heat map', () => {
  it('orders numbers as numbers, and counts, rates and averages what falls together', () => {
    const map = foldGrid(GRID, { x: 0, y: 1, measure: 0, only: {} }, PARTS);

    expect([map.xs, map.ys, map.least, map.most]).toEqual([['2', '10'], ['dry', 'wet'], 2, 4]);
    expect(map.cells).toEqual([
      [
        { count: 2, good: 2, sum: 4, measured: 2, state: 'succeeded' },
        { count: 1, good: 1, sum: 4, measured: 1, state: 'succeeded' },
      ],
      [
        { count: 0, good: 0, sum: 0, measured: 0, state: '' },
        { count: 1, good: 0, sum: 0, measured: 0, state: 'failed' },
      ],
    ]);
  });

  it('puts the values of a long sweep into 16 bins', () => {
    const column = Array.from({ length: 200_000 }, (_, n) => n);
    const { labels, at } = gridAxis(column, numberText);

    expect(labels).toHaveLength(16);
    expect([at(0), at(100_000), at(199_999)]).toEqual([0, 8, 15]);
  });

  it('has one line when only one parameter is looked at, and leaves out what is not wanted', () => {
    const map = foldGrid(GRID, { x: 1, y: -1, measure: -1, only: { 2: '1' } }, PARTS);

    expect(map.ys).toEqual(['']);
    expect(map.cells[0]?.map(({ count, state }) => `${count} ${state}`)).toEqual([
      '2 succeeded',
      '1 failed',
    ]);
  });

  it('makes ranges of many numbers', () => {
    const values = Array.from({ length: 160 }, (_, row) => row / 10);
    const states = values.map(() => 'succeeded');
    const grid: Grid = { title: '', parameters: ['x'], columns: [values], states, measures: [] };

    const map = foldGrid(grid, { x: 0, y: -1, measure: -1, only: {} }, PARTS);

    expect(map.xs).toHaveLength(16);
    expect(map.cells[0]?.reduce((sum, { count }) => sum + count, 0)).toBe(160);
  });

  it('is computed from its own text alone, as on the page', () => {
    const aloneOf = <T>(part: T): T => runInThisContext(`(${String(part)})`) as T;
    const alone = aloneOf(foldGrid);
    const parts = { formatNumber: aloneOf(numberText), axisOf: aloneOf(gridAxis) };
    const choice = { x: 0, y: 1, measure: 0, only: {} };

    expect(alone(GRID, choice, parts)).toEqual(foldGrid(GRID, choice, PARTS));
  });
});

describe('parameters that a label tells', () => {
  it.each([
    ['speed=2.0,mode=dry,on=true', { speed: 2, mode: 'dry', on: true }],
    ['17', {}],
    ['', {}],
    ['__proto__=1', Object.fromEntries([['__proto__', 1]])],
  ])('%s', (label, parameters) => {
    expect(Object.entries(labelParameters(label))).toEqual(Object.entries(parameters));
  });
});

describe('the marks of a time axis', () => {
  it.each([
    [0, 4_000, ['0 s', '0.5 s', '1 s', '1.5 s', '2 s', '2.5 s', '3 s', '3.5 s', '4 s']],
    [0, 3_600_000, ['0:00 h', '0:10 h', '0:20 h', '0:30 h', '0:40 h', '0:50 h', '1:00 h']],
    [
      0,
      345_600_000,
      [
        '0:00 h',
        '12:00 h',
        '1 d 0 h',
        '1 d 12 h',
        '2 d 0 h',
        '2 d 12 h',
        '3 d 0 h',
        '3 d 12 h',
        '4 d 0 h',
      ],
    ],
  ])('from %i to %i ms', (from, to, labels) => {
    expect(timeTicks(from, to).map(([, label]) => label)).toEqual(labels);
  });
});
