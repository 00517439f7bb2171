import { isFinal } from '@orchestrate/core';
import type { SetView } from '@orchestrate/engine';
import type { Attempt } from './attempts.ts';
import type { UseCurve } from './report-types.ts';
import type { RunIndex } from './run-tasks.ts';
import { type Hold, useCurve } from './use-curve.ts';

function put(holds: Map<string, Hold[]>, limit: string, more: readonly Hold[]): void {
  const known = holds.get(limit) ?? [];
  for (const hold of more) known.push(hold);
  holds.set(limit, known);
}

/** Slots of each limit that were held, from the intent to submit to the end. */
function holdsOfTasks(index: RunIndex, holds: Map<string, Hold[]>): void {
  const { view, lastAt } = index.record;
  for (const set of view.sets) {
    const limits = Object.entries(index.planOf(set.name)?.limits ?? {});
    if (limits.length === 0) continue;
    for (const { submittedAt, endedAt } of index.attemptsIn(set)) {
      const times = { from: submittedAt - view.beganAt, to: (endedAt ?? lastAt) - view.beganAt };
      for (const [limit, amount] of limits) put(holds, limit, [{ ...times, amount }]);
    }
  }
}

/** A member holds its slot from its first start to its last end. */
function holdOfMember(index: RunIndex, sets: readonly SetView[], row: number): Hold | undefined {
  const { view, lastAt, tasks } = index.record;
  const numbers = sets.map(({ first }) => first + row);
  const attempts = numbers.flatMap((task) => index.attemptsOf(task));
  const isOver = numbers.every((task) => isFinal(tasks[task]?.state ?? 'pending'));
  const from = attempts.reduce(
    (least, { submittedAt }) => Math.min(least, submittedAt),
    Number.POSITIVE_INFINITY,
  );
  if (attempts.length === 0) return undefined;
  const to = isOver
    ? attempts.reduce((most, { endedAt }) => Math.max(most, endedAt ?? lastAt), from)
    : lastAt;
  return { from: from - view.beganAt, to: to - view.beganAt, amount: 1 };
}

function holdsOfMembers(index: RunIndex, holds: Map<string, Hold[]>): void {
  for (const { sets } of index.chains()) {
    const limit = index.planOf(sets[0]?.name ?? '')?.group?.limit;
    if (limit === undefined) continue;
    const members = Array.from(
      { length: sets[0]?.size ?? 0 },
      (_, row) => holdOfMember(index, sets, row) ?? [],
    );
    put(holds, limit, members.flat());
  }
}

function jobHolds(index: RunIndex, backend: string, kind: 'running' | 'queued'): Hold[] {
  const { view, lastAt } = index.record;
  const jobs = new Map<number, { from: number; to: number }>();
  const take = ({ job, submittedAt, startedAt, endedAt }: Attempt): void => {
    const [from, to] =
      kind === 'running'
        ? [startedAt, endedAt ?? lastAt]
        : [submittedAt, startedAt ?? endedAt ?? lastAt];
    if (from === undefined) return;
    const known = jobs.get(job);
    if (known === undefined) jobs.set(job, { from, to });
    else {
      known.from = Math.min(known.from, from);
      known.to = kind === 'running' ? Math.max(known.to, to) : Math.min(known.to, to);
    }
  };
  for (const set of view.sets) {
    if (set.backend === backend) for (const attempt of index.attemptsIn(set)) take(attempt);
  }
  return [...jobs.values()].map(({ from, to }) => ({
    from: from - view.beganAt,
    to: to - view.beganAt,
    amount: 1,
  }));
}

/** How much was in use over time: of every limit, and jobs at every backend. */
export function useOfLimits(index: RunIndex): UseCurve[] {
  const { view, plan, lastAt } = index.record;
  const span = Math.max(0, lastAt - view.beganAt);
  const holds = new Map<string, Hold[]>(Object.keys(plan.limits).map((limit) => [limit, []]));
  holdsOfTasks(index, holds);
  holdsOfMembers(index, holds);
  const limits = [...holds].map(([name, held]) => {
    const capacity = plan.limits[name];
    return useCurve(
      { name, kind: 'limit', ...(capacity === undefined ? {} : { capacity }) },
      held,
      span,
    );
  });
  const backends = [...new Set(view.sets.map(({ backend }) => backend))];
  const jobs = backends.flatMap((name) =>
    (['running', 'queued'] as const).map((kind) =>
      useCurve({ name, kind }, jobHolds(index, name, kind), span),
    ),
  );
  return [...limits, ...jobs].filter(({ kind, points }) => kind !== 'queued' || points.length > 0);
}
