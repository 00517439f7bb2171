import type { Bar } from './report-types.ts';

/** Where lanes are, in units of the drawing. */
export interface LaneBox {
  readonly left: number;
  readonly width: number;
  readonly laneHeight: number;
}

/**
 * One path for each colour: what waited, and what ran by how it ended. Bars outside of the shown time are left out, short ones
 * keep a width that can be seen. Also runs on the page: uses nothing from outside of itself.
 */
export function barPaths(
  bars: readonly Bar[],
  box: LaneBox,
  shown: readonly [from: number, to: number],
): Record<string, string> {
  const paths: Record<string, string> = {
    waited: '',
    succeeded: '',
    failed: '',
    cancelled: '',
    withdrawn: '',
    open: '',
  };
  const [from, to] = shown;
  const scale = box.width / Math.max(1, to - from);
  const place = (at: number): number =>
    box.left + (Math.min(Math.max(at, from), to) - from) * scale;
  const segment = (y: number, start: number, end: number, least: number): string => {
    const x = place(start);
    return `M${x.toFixed(1)} ${y.toFixed(1)}H${Math.max(x + least, place(end)).toFixed(1)}`;
  };
  for (const [lane, submitted, started, ended, end] of bars) {
    if (ended < from || submitted > to) continue;
    const y = (lane + 0.5) * box.laneHeight;
    const ran = started === -1 ? ended : started;
    if (ran > submitted && ran >= from) paths['waited'] += segment(y, submitted, ran, 0.5);
    if (end === 'open' && started === -1) continue;
    if (ran <= to) paths[end] = (paths[end] ?? '') + segment(y, ran, ended, 1.2);
  }
  return paths;
}
