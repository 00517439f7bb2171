import type { RunId } from '@orchestrate/core';
import type { FailureRecord } from '../events/fact.ts';
import { rangesOf } from '../events/ranges.ts';
import type { Input, ReusedTask } from './messages.ts';
import { ascending, settle, Tally } from './outcomes.ts';
import { skipNotNeeded } from './skipping.ts';
import { IS_COLLECTING, IS_NOTED, IS_PREPARED, IS_PREPARING } from './task-table.ts';
import type { Turn } from './turn.ts';

type Prepared = Extract<Input, { type: 'prepared' }>;
type Collected = Extract<Input, { type: 'collected' }>;

const BATCH = 1024;
const MOST_IN_FLIGHT = 4096;
/** Tasks of one set that are looked at before there is room for them. */
const MOST_AHEAD = 1024;

/** Asks the driver to look at ready tasks, a batch at a time and not far ahead of what can start. */
export function prepare(turn: Turn): void {
  const { lanes, tasks } = turn.run;
  const { leader } = turn;
  for (const node of lanes.unlooked) {
    const batch: number[] = [];
    const ahead = node.openLane.queue.length + node.freshLane.queue.length;
    while (leader.preparing < MOST_IN_FLIGHT && batch.length < BATCH && ahead < MOST_AHEAD) {
      const task = node.unlooked.pop();
      if (task < 0) break;
      if (!tasks.isReady(task) || tasks.has(task, IS_PREPARED | IS_PREPARING)) continue;
      tasks.set(task, IS_PREPARING);
      leader.preparing += 1;
      batch.push(task);
    }
    if (batch.length > 0) turn.want({ type: 'prepare', tasks: batch });
    if (leader.preparing >= MOST_IN_FLIGHT) return;
    if (node.unlooked.length === 0 || ahead >= MOST_AHEAD) lanes.unlooked.delete(node);
  }
}

/** The driver has looked. Answers for tasks that were not asked for, or have moved on since, are ignored. */
export function onPrepared(turn: Turn, input: Prepared): void {
  const { run, leader } = turn;
  const isAwaited = (task: number): boolean => {
    if (!run.tasks.has(task, IS_PREPARING)) return false;
    run.tasks.clear(task, IS_PREPARING);
    leader.preparing -= 1;
    return run.tasks.isReady(task);
  };
  const reused = input.reused.filter(({ task }) => isAwaited(task));
  if (reused.length > 0)
    emitReused(turn, reused, (input.reusedFrom ?? leader.options.run) as RunId);
  for (const task of input.run) {
    if (!isAwaited(task)) continue;
    run.tasks.set(task, IS_PREPARED);
    run.readiness.enqueue(task);
  }
  skipNotNeeded(turn, (input.notNeeded ?? []).filter(isAwaited));
  const tally = new Tally();
  for (const failed of input.failed) {
    if (!isAwaited(failed.task)) continue;
    run.tasks.set(failed.task, IS_NOTED);
    const { task, ...record } = failed;
    tally.failed.push({ task, record });
  }
  settle(turn, tally);
}

function emitReused(turn: Turn, reused: readonly ReusedTask[], from: RunId): void {
  const sorted = reused.toSorted((a, b) => a.task - b.task);
  const results = sorted.flatMap(({ task, result }) =>
    result === undefined ? [] : [[task, result] as const],
  );
  turn.emit({
    type: 'reused',
    from,
    tasks: rangesOf(sorted.map(({ task }) => task)),
    ...(results.length > 0 ? { results } : {}),
    ...marks(sorted),
  });
}

/** Outputs and fingerprints of tasks, as facts carry them. */
function marks(sorted: readonly Pick<ReusedTask, 'task' | 'outputs' | 'fingerprint'>[]) {
  const outputs = sorted.flatMap(({ task, outputs: records }) =>
    records === undefined || records.length === 0 ? [] : [[task, records] as const],
  );
  const isMarked = sorted.some(({ fingerprint }) => fingerprint !== undefined);
  return {
    ...(outputs.length > 0 ? { outputs } : {}),
    ...(isMarked ? { fingerprints: joined(sorted.map((one) => one.fingerprint)) } : {}),
  };
}

/** 16 characters of base64 each, which is base64 of all of them joined; a task without one leaves zero bytes. */
function joined(fingerprints: readonly (string | undefined)[]): string {
  return fingerprints.map((one) => (one ?? '').slice(0, 16).padEnd(16, 'A')).join('');
}

/** Outputs were verified and published, or not. */
export function onCollected(turn: Turn, input: Collected): void {
  const { run, leader } = turn;
  const isAwaited = (task: number): boolean =>
    run.tasks.has(task, IS_COLLECTING) &&
    !run.tasks.has(task, IS_NOTED) &&
    (input.job === undefined || run.tasks.job[task] === input.job);
  const good = input.good
    .filter(({ task }) => isAwaited(task))
    .toSorted((a, b) => a.task - b.task)
    .filter(({ task }, index, all) => task !== all[index - 1]?.task);
  if (good.length > 0) {
    leader.collecting -= good.length;
    const results = good.flatMap(({ task }) => {
      const value = run.jobs.get(run.tasks.job[task] as number)?.values?.get(task);
      return value === undefined ? [] : [[task, value] as const];
    });
    const usage = good.flatMap(({ task, usage: used }) =>
      used === undefined ? [] : [[task, used] as const],
    );
    turn.emit({
      type: 'succeeded',
      tasks: rangesOf(ascending(good.map(({ task }) => task))),
      ...(results.length > 0 ? { results } : {}),
      ...(usage.length > 0 ? { usage } : {}),
      ...marks(good),
    });
  }
  const tally = new Tally();
  for (const { task, ...record } of input.bad) {
    if (!isAwaited(task)) continue;
    leader.collecting -= 1;
    run.tasks.set(task, IS_NOTED);
    collectionFailed(turn, tally, task, record);
  }
  settle(turn, tally);
}

function collectionFailed(turn: Turn, tally: Tally, task: number, record: FailureRecord): void {
  const job = turn.run.tasks.job[task] as number;
  tally.failed.push({ task, job, record });
}
