import type { Grid, GridChoice } from './fold-grid.ts';
import type { RowTable } from './report-types.ts';

function distinctOf(values: readonly unknown[]): number {
  return new Set(values).size;
}

/** The grid of a table, of those parameters that vary; `undefined` when none does. */
export function gridOf(table: RowTable): Grid | undefined {
  if (table.kind === 'single tasks') return undefined;
  const varying = table.parameters.flatMap((name, place) => {
    const column = table.rows.map(({ parameters }) => parameters[place] ?? null);
    return distinctOf(column) > 1 ? [{ name, column }] : [];
  });
  if (varying.length === 0) return undefined;
  return {
    title: table.title,
    parameters: varying.map(({ name }) => name),
    columns: varying.map(({ column }) => column),
    states: table.rows.map(({ state }) => state),
    measures: [
      ...table.numbers.map((name, place) => ({
        name,
        values: table.rows.map(({ numbers }) => numbers[place] ?? null),
      })),
      {
        name: 'running time (s)',
        values: table.rows.map(({ seconds }) =>
          seconds > 0 ? Math.round(seconds * 1000) / 1000 : null,
        ),
      },
      { name: 'attempts', values: table.rows.map(({ attempts }) => attempts) },
    ],
  };
}

/** What is shown first: the two parameters with most values; states when something is wrong, otherwise what was published. */
export function firstChoice(grid: Grid): GridChoice {
  const bySize = grid.columns
    .map((column, place) => ({ place, size: distinctOf(column) }))
    .sort((a, b) => b.size - a.size);
  const isWell = grid.states.every((state) => state === 'succeeded' || state === 'reused');
  return {
    x: bySize[0]?.place ?? 0,
    y: bySize[1]?.place ?? -1,
    measure: isWell ? 0 : -1,
    only: {},
  };
}
