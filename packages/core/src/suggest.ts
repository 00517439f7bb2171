const LONGEST = 64;

/**
 * Number of insertions, deletions, replacements and swaps of neighbours that turn one text into the other
 * (optimal string alignment); `limit + 1` as soon as it is known to be more than `limit`.
 */
export function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      current.push(cell(from, to, row, column, { before, previous, current }));
    }
    if (Math.min(...current) > limit) return limit + 1;
    before = previous;
    previous = current;
  }
  return Math.min(previous[to.length] ?? limit + 1, limit + 1);
}

interface Rows {
  readonly before: readonly number[];
  readonly previous: readonly number[];
  readonly current: readonly number[];
}

function cell(from: string, to: string, row: number, column: number, rows: Rows): number {
  const same = from[row - 1] === to[column - 1];
  const at = (line: readonly number[], position: number): number => line[position] ?? LONGEST;
  let best = Math.min(
    at(rows.previous, column) + 1,
    at(rows.current, column - 1) + 1,
    at(rows.previous, column - 1) + (same ? 0 : 1),
  );
  const swapped =
    row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
  if (swapped) best = Math.min(best, at(rows.before, column - 2) + 1);
  return best;
}

/**
 * The known name somebody probably meant, or `undefined` when none is near: at most a third of the letters differ,
 * upper and lower case count as half the same. Looks at no more than 2,000 names of at most 64 characters.
 */
export function suggest(written: string, known: Iterable<string>): string | undefined {
  if (written.length === 0 || written.length > LONGEST) return undefined;
  const limit = Math.max(1, Math.floor(written.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  let looked = 0;
  for (const name of known) {
    looked += 1;
    if (looked > 2000) break;
    if (name.length > LONGEST || name === written) continue;
    if (name.toLowerCase() === written.toLowerCase()) return name;
    const distance = editDistance(written, name, Math.min(limit, bestDistance));
    if (distance < bestDistance && distance < Math.max(written.length, name.length)) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean "name"?`, or an empty text when nothing is near. */
export function didYouMean(written: string, known: Iterable<string>): string {
  const name = suggest(written, known);
  return name === undefined ? '' : `; did you mean "${name}"?`;
}
