import type { UseCurve } from './report-types.ts';

/** Something held for a while. Milliseconds since the beginning of the run. */
export interface Hold {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

const MOST_POINTS = 500;

type Point = readonly [at: number, amount: number];

/** The amount from each moment on at which it changes. */
function steps(holds: readonly Hold[]): Point[] {
  const changes = new Map<number, number>();
  const change = (at: number, by: number): void => {
    changes.set(at, (changes.get(at) ?? 0) + by);
  };
  for (const { from, to, amount } of holds) {
    if (to <= from) continue;
    change(from, amount);
    change(to, -amount);
  }
  const points: Point[] = [];
  let amount = 0;
  for (const [at, by] of [...changes].sort(([a], [b]) => a - b)) {
    amount += by;
    if (by !== 0) points.push([at, amount]);
  }
  return points;
}

/** At most so many points, each the highest of its part of the time: no peak is lost. */
function thinned(points: readonly Point[], span: number): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const width = span / MOST_POINTS;
  const kept: Point[] = [];
  let before = 0;
  let at = 0;
  for (let bin = 0; bin < MOST_POINTS; bin += 1) {
    let highest = before;
    for (; at < points.length; at += 1) {
      const [when, amount] = points[at] ?? [0, 0];
      if (when >= (bin + 1) * width && bin < MOST_POINTS - 1) break;
      highest = Math.max(highest, amount);
      before = amount;
    }
    if (kept.at(-1)?.[1] !== highest) kept.push([bin * width, highest]);
  }
  kept.push([span, before]);
  return kept;
}

/** The curve of what was held, over a span in milliseconds. */
export function useCurve(
  named: Pick<UseCurve, 'name' | 'kind' | 'capacity'>,
  holds: readonly Hold[],
  span: number,
): UseCurve {
  const points = steps(holds);
  const area = holds.reduce(
    (sum, { from, to, amount }) => sum + amount * Math.max(0, to - from),
    0,
  );
  return {
    ...named,
    peak: points.reduce((peak, [, amount]) => Math.max(peak, amount), 0),
    mean: span > 0 ? area / span : 0,
    points: thinned(points, span),
  };
}
