import type { Attempt } from './attempts.ts';
import type { AttemptEnd, Bar, Timeline } from './report-types.ts';
import { labelOf, type RunIndex } from './run-tasks.ts';

/** Lanes that can carry a name each. */
const MOST_NAMED_LANES = 120;
const MOST_NAMED_BARS = 600;
/** Bars of one lane; nearer ones become one. */
const BARS_PER_LANE = 1200;

type Lane = Timeline['lanes'][number];

function barOf(lane: number, attempt: Attempt, label: string, index: RunIndex): Bar {
  const { view, lastAt } = index.record;
  const since = (at: number): number => Math.max(0, Math.round(at - view.beganAt));
  const { submittedAt, startedAt, endedAt, end } = attempt;
  return [
    lane,
    since(submittedAt),
    startedAt === undefined ? -1 : since(startedAt),
    since(endedAt ?? lastAt),
    end,
    label,
  ];
}

function attemptLabel(name: string, { number }: Attempt): string {
  return number === 1 ? name : `${name}, attempt ${number}`;
}

/** A lane for each member or lone task, with all attempts of its steps. */
function byRows(index: RunIndex): Timeline {
  const lanes: Lane[] = [];
  const bars: Bar[] = [];
  for (const { group, sets } of index.chains()) {
    for (let row = 0; row < (sets[0]?.size ?? 0); row += 1) {
      const tasks = sets.flatMap(({ first }) => index.record.tasks[first + row] ?? []);
      const attempts = tasks.flatMap((task) =>
        index.attemptsOf(task.task).map((attempt) => ({ task, attempt })),
      );
      const [first] = tasks;
      if (attempts.length === 0 || first === undefined) continue;
      for (const { task, attempt } of attempts) {
        bars.push(barOf(lanes.length, attempt, attemptLabel(task.name, attempt), index));
      }
      lanes.push({ label: labelOf(first), set: group ?? first.set });
    }
  }
  return { kind: 'rows', lanes, bars };
}

const WORSE: readonly AttemptEnd[] = ['failed', 'withdrawn', 'cancelled', 'open', 'succeeded'];

/** Joins a bar to the one before it in its lane. */
function joined(before: Bar, next: Bar): Bar {
  const end = WORSE.find((one) => one === before[4] || one === next[4]) ?? next[4];
  const count = Number(/^(\d+) attempts$/.exec(before[5])?.[1] ?? 1) + 1;
  const started = before[2] === -1 ? next[2] : before[2];
  return [before[0], before[1], started, Math.max(before[3], next[3]), end, `${count} attempts`];
}

/** As few lanes for each set as ran at once: an attempt goes to the first lane that is free. */
function byConcurrency(index: RunIndex): Timeline {
  const { view, lastAt, tasks } = index.record;
  const lanes: Lane[] = [];
  const bars: Bar[] = [];
  const gap = (lastAt - view.beganAt) / BARS_PER_LANE;
  for (const set of view.sets) {
    const first = lanes.length;
    const freeAt: number[] = [];
    const lastBars: number[] = [];
    const inOrder = [...index.attemptsIn(set)].sort(
      (a, b) => (a.startedAt ?? a.submittedAt) - (b.startedAt ?? b.submittedAt),
    );
    for (const attempt of inOrder) {
      // Waiting takes no lane: a queue of thousands would need as many.
      const from = attempt.startedAt ?? attempt.endedAt ?? lastAt;
      const found = freeAt.findIndex((at) => at <= from);
      const lane = found === -1 ? freeAt.length : found;
      freeAt[lane] = attempt.endedAt ?? lastAt;
      const label = attemptLabel(tasks[attempt.task]?.name ?? '', attempt);
      const [, , started, ended, end] = barOf(0, attempt, label, index);
      const start = started === -1 ? ended : started;
      const bar: Bar = [first + lane, start, start, ended, end, label];
      const last = lastBars[lane];
      const before = last === undefined ? undefined : bars[last];
      const isNear = before !== undefined && Math.max(start - before[3], ended - before[1]) < gap;
      if (isNear && last !== undefined) bars[last] = joined(before, bar);
      else lastBars[lane] = bars.push(bar) - 1;
    }
    for (const _lane of freeAt) lanes.push({ label: '', set: set.name });
  }
  return { kind: 'concurrency', lanes, bars };
}

/** Attempts over time; where they are too many for a lane each, as many lanes as ran at once. */
export function timeline(index: RunIndex): Timeline {
  const { attempts } = index.record;
  const rows = index.chains().reduce((sum, { sets }) => sum + (sets[0]?.size ?? 0), 0);
  const isSmall = rows <= MOST_NAMED_LANES && attempts.length <= MOST_NAMED_BARS;
  return isSmall ? byRows(index) : byConcurrency(index);
}
