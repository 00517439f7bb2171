import { decideRetry, failureOrigin, type Json, type Usage } from '@orchestrate/core';
import type { FailureRecord } from '../events/fact.ts';
import { rangesOf } from '../events/ranges.ts';
import type { Job } from './job.ts';
import { skipDependents } from './skipping.ts';
import { IS_COLLECTING, IS_NOTED, IS_TO_CANCEL } from './task-table.ts';
import type { Turn } from './turn.ts';

type Clock = 'queue' | 'idle' | 'check';

/** A failed attempt on its way to becoming a fact. */
export interface Failed {
  readonly task: number;
  readonly job?: number;
  readonly record: FailureRecord;
  readonly clock?: Clock | undefined;
}

/** What one input came to for many tasks, gathered so that few facts say it all. */
export class Tally {
  readonly jobs = new Map<number, 'queued' | 'started' | 'doubted'>();
  doubt = '';
  /** Why jobs wait in the queue of their backend -> the jobs. */
  readonly waits = new Map<string, number[]>();
  readonly succeeded: number[] = [];
  readonly results: [number, Json][] = [];
  readonly usage: [number, Usage][] = [];
  readonly failed: Failed[] = [];
  readonly cancelled: number[] = [];
  /** Jobs of which every task left is ready again. */
  readonly withdrawn: number[] = [];
  /** Tasks that are ready again, of jobs of which others are still being collected. */
  readonly withdrawnTasks: number[] = [];
  readonly partlyWithdrawn: number[] = [];
  reason = '';
}

/** States what was gathered, in the order in which it can have happened. */
export function settle(turn: Turn, tally: Tally): void {
  stateJobs(turn, tally);
  for (const [reason, jobs] of tally.waits) {
    turn.emit({ type: 'waiting', jobs: rangesOf(ascending(jobs)), reason });
  }
  if (tally.succeeded.length > 0) {
    turn.emit({
      type: 'succeeded',
      tasks: rangesOf(ascending(tally.succeeded)),
      ...(tally.results.length > 0 ? { results: tally.results } : {}),
      ...(tally.usage.length > 0 ? { usage: tally.usage } : {}),
    });
  }
  const ended: number[] = [];
  for (const failed of tally.failed) {
    if (isToCancel(turn, failed.task)) tally.cancelled.push(failed.task);
    else if (!stateFailure(turn, failed)) ended.push(failed.task);
  }
  if (tally.cancelled.length > 0) {
    turn.emit({ type: 'cancelled', tasks: rangesOf(ascending(tally.cancelled)) });
    ended.push(...tally.cancelled);
  }
  if (tally.withdrawn.length > 0) {
    const jobs = rangesOf(ascending(tally.withdrawn));
    turn.emit({ type: 'withdrawn', jobs, reason: tally.reason });
  }
  if (tally.partlyWithdrawn.length > 0) {
    const jobs = rangesOf(ascending(tally.partlyWithdrawn));
    const tasks = rangesOf(ascending(tally.withdrawnTasks));
    turn.emit({ type: 'withdrawn', jobs, tasks, reason: tally.reason });
  }
  for (const task of ended) skipDependents(turn, task);
  if (tally.failed.length > 0 && turn.leader.options.failFast === true && ended.length > 0) {
    turn.leader.isClosing = true;
  }
}

function stateJobs(turn: Turn, { jobs, doubt }: Tally): void {
  if (jobs.size === 0) return;
  for (const change of ['queued', 'started', 'doubted'] as const) {
    const numbers = [...jobs].filter(([, to]) => to === change).map(([job]) => job);
    if (numbers.length === 0) continue;
    const ranges = rangesOf(ascending(numbers));
    if (change === 'doubted') turn.emit({ type: 'doubted', jobs: ranges, reason: doubt });
    else turn.emit({ type: change, jobs: ranges });
  }
}

/** Whether the task goes on. */
function stateFailure(turn: Turn, { task, job, record, clock }: Failed): boolean {
  const { run, leader } = turn;
  const node = run.nodeOf(task);
  const check = node.set.check;
  if (check !== undefined && record.failure === 'user-error' && job !== undefined) {
    const leftSeconds = check.timeoutSeconds - checkedSeconds(turn, task);
    if (leftSeconds > 0) {
      const delaySeconds = Math.min(check.everySeconds, leftSeconds);
      turn.emit({ type: 'check-open', task, delaySeconds });
      leader.taskTimers.add(turn.mono + delaySeconds * 1000, task);
      return true;
    }
    const message = `did not hold within ${check.timeoutSeconds} s: ${record.message}`;
    const late: FailureRecord = { ...record, failure: 'timeout', message };
    return stateAttempt(turn, { task, job, record: late, clock: 'check' });
  }
  return stateAttempt(turn, { task, ...(job === undefined ? {} : { job }), record, clock });
}

function stateAttempt(turn: Turn, { task, job, record, clock }: Failed): boolean {
  const { run, leader } = turn;
  const { tasks } = run;
  const origin = failureOrigin(record.failure);
  const isCharged = origin === 'user' || origin === 'resource';
  const decision = decideRetry(
    leader.retryOf(run.nodeOf(task)),
    record.failure,
    {
      charged: (tasks.charged[task] as number) + (isCharged ? 1 : 0),
      uncharged: (tasks.uncharged[task] as number) + (origin === 'infrastructure' ? 1 : 0),
      code: record.code,
    },
    leader.options.random,
  );
  leader.checkSince.delete(task);
  turn.emit({
    type: 'attempt-failed',
    task,
    ...(job === undefined ? {} : { job }),
    again: decision.again,
    ...(decision.again ? { delaySeconds: decision.delaySeconds } : {}),
    ...(clock === undefined ? {} : { clock }),
    ...record,
  });
  if (decision.again) leader.taskTimers.add(turn.mono + decision.delaySeconds * 1000, task);
  return decision.again;
}

/** Since the first poll: by the steady clock where this leader saw it, otherwise by the journal's. */
function checkedSeconds(turn: Turn, task: number): number {
  const mono = turn.leader.checkSince.get(task);
  if (mono !== undefined) return (turn.mono - mono) / 1000;
  return Math.max(0, turn.at.now - (turn.run.checks.get(task) ?? turn.at.now)) / 1000;
}

/** Whether a task is to end as cancelled when its attempt does not end well. */
export function isToCancel(turn: Turn, task: number): boolean {
  return turn.run.isCancelled || turn.run.tasks.has(task, IS_TO_CANCEL);
}

/** A job came to nothing through no fault of its tasks: they are ready again, unless they are to be cancelled. */
export function withdraw(turn: Turn, tally: Tally, job: Job, reason: string): void {
  turn.run.release(job);
  const { tasks } = turn.run;
  const left: number[] = [];
  let isCollecting = false;
  for (const task of job.tasks) {
    if (tasks.job[task] !== job.number) continue;
    if (tasks.has(task, IS_COLLECTING)) isCollecting = true;
    else if (tasks.has(task, IS_NOTED)) continue;
    else if (isToCancel(turn, task)) {
      tasks.set(task, IS_NOTED);
      tally.cancelled.push(task);
    } else left.push(task);
  }
  if (left.length === 0) return;
  tally.reason = reason;
  if (!isCollecting) tally.withdrawn.push(job.number);
  else {
    tally.partlyWithdrawn.push(job.number);
    tally.withdrawnTasks.push(...left);
  }
}

/** Sorts in place. */
export function ascending(numbers: number[]): number[] {
  let isSorted = true;
  for (let index = 1; index < numbers.length && isSorted; index += 1) {
    isSorted = (numbers[index - 1] as number) <= (numbers[index] as number);
  }
  return isSorted ? numbers : numbers.sort((a, b) => a - b);
}
