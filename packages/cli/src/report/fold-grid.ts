import type { CellValue } from './report-types.ts';

/** Rows by parameter, as the page carries them. Columns, not objects. */
export interface Grid {
  readonly title: string;
  readonly parameters: readonly string[];
  /** Parameter -> values by row. */
  readonly columns: readonly (readonly CellValue[])[];
  readonly states: readonly string[];
  readonly measures: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
  }[];
}

/** What is looked at. `y` -1: one parameter only. `measure` -1: the state. */
export interface GridChoice {
  readonly x: number;
  readonly y: number;
  readonly measure: number;
  /** Parameter -> the only value that counts, as text. */
  readonly only: Readonly<Record<number, string>>;
}

/** One field of a heat map: the rows it stands for, how many of them went well, and the mean of the measure. */
export interface GridCell {
  count: number;
  good: number;
  sum: number;
  measured: number;
  state: string;
}

/** A heat map, ready to be drawn. */
export interface GridMap {
  readonly xs: readonly string[];
  readonly ys: readonly string[];
  readonly cells: readonly (readonly GridCell[])[];
  readonly least: number;
  readonly most: number;
}

/** The places of one axis, and the place of every row. */
interface GridAxis {
  readonly labels: readonly string[];
  readonly at: (row: number) => number;
}

/** What {@link foldGrid} needs beside the grid; handed over, because it also runs on the page. */
interface GridParts {
  readonly formatNumber: (value: number) => string;
  readonly axisOf: typeof gridAxis;
}

/**
 * The axis of a parameter's values. Many numbers become ranges, many texts end in `others`.
 * Also runs on the page, as text: it must use nothing from outside of itself.
 */
export function gridAxis(
  column: readonly CellValue[] | undefined,
  formatNumber: (value: number) => string,
): GridAxis {
  if (column === undefined) return { labels: [''], at: () => 0 };
  const text = (value: CellValue | undefined): string =>
    typeof value === 'number' ? formatNumber(value) : String(value ?? '–');
  const distinct = [...new Set(column)];
  const numbers = distinct.filter((value) => typeof value === 'number');
  if (numbers.length === distinct.length && numbers.length > 24) {
    // Not `Math.min(...numbers)`: a call takes some 120,000 arguments at most.
    const low = numbers.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const high = numbers.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const width = (high - low) / 16;
    const edge = (bin: number): string => formatNumber(low + bin * width);
    return {
      labels: Array.from({ length: 16 }, (_, bin) => `${edge(bin)} – ${edge(bin + 1)}`),
      at: (row) => Math.min(15, Math.floor((Number(column[row]) - low) / width)),
    };
  }
  distinct.sort((a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return String(a) < String(b) ? -1 : 1;
  });
  const shown = distinct.length > 40 ? distinct.slice(0, 39) : distinct;
  const places = new Map(shown.map((value, at) => [value, at]));
  const labels = shown.map(text);
  if (shown.length < distinct.length) labels.push('others');
  return { labels, at: (row) => places.get(column[row] ?? null) ?? labels.length - 1 };
}

/**
 * Folds rows into the fields of two parameters.
 * Also runs on the page, as text: it must use nothing from outside of itself.
 */
export function foldGrid(
  grid: Grid,
  choice: GridChoice,
  { formatNumber, axisOf }: GridParts,
): GridMap {
  const [x, y] = [choice.x, choice.y].map((place) => axisOf(grid.columns[place], formatNumber)) as [
    GridAxis,
    GridAxis,
  ];
  const cells = y.labels.map(() =>
    x.labels.map((): GridCell => ({ count: 0, good: 0, sum: 0, measured: 0, state: '' })),
  );
  const only = Object.entries(choice.only);
  const worst =
    'failed unknown running collecting queued submitting waiting ready cancelled skipped pending succeeded reused'.split(
      ' ',
    );
  const values = grid.measures[choice.measure]?.values;
  grid.states.forEach((state, row) => {
    if (only.some(([place, value]) => String(grid.columns[Number(place)]?.[row] ?? '–') !== value))
      return;
    const cell = cells[y.at(row)]?.[x.at(row)];
    if (cell === undefined) return;
    cell.count += 1;
    if (state === 'succeeded' || state === 'reused') cell.good += 1;
    if (cell.state === '' || worst.indexOf(state) < worst.indexOf(cell.state)) cell.state = state;
    const value = values?.[row];
    if (value === undefined || value === null) return;
    cell.sum += value;
    cell.measured += 1;
  });
  const means = cells.flat().flatMap(({ sum, measured }) => (measured > 0 ? [sum / measured] : []));
  return { xs: x.labels, ys: y.labels, cells, least: Math.min(...means), most: Math.max(...means) };
}
