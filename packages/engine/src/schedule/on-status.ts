import { failureOrigin, type JobExit, type PackProgress } from '@orchestrate/core';
import type { FailureRecord } from '../events/fact.ts';
import { judgeSilence } from './clocks.ts';
import { RUNNING, SUBMITTING, UNKNOWN } from './codes.ts';
import { doubt, toFind } from './doubts.ts';
import type { Job } from './job.ts';
import { answerOf } from './looking.ts';
import type { Input } from './messages.ts';
import { isToCancel, settle, Tally, withdraw } from './outcomes.ts';
import { IS_COLLECTING, IS_NOTED } from './task-table.ts';
import type { Look, Turn } from './turn.ts';

type Statuses = Extract<Input, { type: 'statuses' }>;
type Status = Statuses['statuses'][number];

/** What a backend says of jobs. What is stale or unknown is ignored; nothing is concluded that was not said. */
export function onStatuses(turn: Turn, input: Statuses): void {
  const look = answerOf(turn, input);
  const tally = new Tally();
  for (const status of input.statuses) {
    const job = turn.run.jobs.get(status.job);
    if (job === undefined || job.isOver || job.backend !== input.backend) continue;
    if (status.runSeconds !== undefined) job.runSeconds = status.runSeconds;
    onStatus(turn, tally, job, status, { source: input.source, look });
  }
  settle(turn, tally);
}

interface Hearsay {
  readonly source: Statuses['source'];
  readonly look: Look | undefined;
}

function onStatus(turn: Turn, tally: Tally, job: Job, status: Status, hearsay: Hearsay): void {
  if (status.state === 'queued' || status.state === 'running' || status.state === 'ended') {
    turn.leader.backend(job.backend).unanswered.delete(job.number);
  }
  switch (status.state) {
    case 'queued':
      job.isToFind = false;
      if (job.state === SUBMITTING || job.state === UNKNOWN) tally.jobs.set(job.number, 'queued');
      waits(tally, job, status.reason);
      break;
    case 'running':
      job.isToFind = false;
      running(turn, tally, job, status);
      if (hearsay.source === 'observe' && hearsay.look !== undefined) judgeSilence(turn, job);
      break;
    case 'ended':
      ended(turn, tally, job, status, hearsay.source === 'watch');
      break;
    case 'absent':
      absent(turn, tally, job, hearsay);
      break;
    case 'unknown':
      doubt(turn, tally, job, status.reason ?? 'the backend cannot tell');
      break;
  }
}

function waits(tally: Tally, job: Job, reason: string | undefined): void {
  if (reason === undefined || reason === job.waitReason) return;
  job.waitReason = reason;
  const jobs = tally.waits.get(reason);
  if (jobs === undefined) tally.waits.set(reason, [job.number]);
  else jobs.push(job.number);
}

function running(turn: Turn, tally: Tally, job: Job, status: Status): void {
  if (job.startedMono === 0) {
    const ranMs = job.isInherited ? turn.at.now - (status.startedAt ?? job.startedAt) : 0;
    job.startedMono = turn.mono - (job.isInherited && ranMs > 0 ? ranMs : 0);
    job.activityMono = turn.mono;
  }
  sawActivity(turn, job, status.activityAt);
  if (job.state !== RUNNING) tally.jobs.set(job.number, 'started');
  if (status.progress !== undefined) takeProgress(turn, tally, job, status.progress);
  turn.leader.jobTimers.add(turn.mono, job.number);
}

function sawActivity(turn: Turn, job: Job, activityAt: number | undefined): void {
  if (activityAt === undefined || activityAt <= job.activityAt) return;
  job.activityAt = activityAt;
  job.activityMono = turn.mono;
  job.isIdleLook = false;
}

function absent(turn: Turn, tally: Tally, job: Job, { source, look }: Hearsay): void {
  const isProof =
    source === 'find' &&
    look !== undefined &&
    (job.state === UNKNOWN || job.isToFind) &&
    look.askedAt >= job.settleAt &&
    look.jobs.has(job.number);
  if (!isProof) {
    doubt(turn, tally, job, 'the backend has no trace of it');
    return;
  }
  const { traits } = turn.leader.backend(job.backend);
  if (!job.isConfirmed || (job.isInherited && !traits.outlivesLeader)) {
    withdraw(turn, tally, job, 'it does not exist');
    return;
  }
  // Where absence is proof at once, a job that nobody saw start has not started: it stood in the line of a leader that died.
  if (job.isInherited && job.startedAt === 0 && traits.settleSeconds === 0) {
    withdraw(turn, tally, job, 'it was still waiting when its leader ended');
    return;
  }
  blame(turn, tally, job, {
    failure: 'lost',
    message: 'the backend accepted the job but has no trace of it any more',
  });
}

/** Records calls that are known to have ended. */
function takeProgress(turn: Turn, tally: Tally, job: Job, progress: PackProgress): void {
  for (const [position, value] of progress.values) {
    const task = job.tasks[position];
    if (task === undefined || turn.run.tasks.job[task] !== job.number) continue;
    job.values ??= new Map();
    job.values.set(task, value);
  }
  succeed(turn, tally, job, succeededOf(turn, job, progress));
  for (const failure of progress.failed) {
    const task = job.tasks[failure.position];
    if (task === undefined || !isOpen(turn, job, task)) continue;
    // The call was cut off because we asked for it: why, is said of the job as a whole.
    if (failure.failure === 'cancelled' && job.ending !== undefined) continue;
    if (job.failures?.some(({ position }) => position === failure.position)) continue;
    job.failures ??= [];
    job.failures.push(failure);
    if (!job.ordered) fail(turn, tally, job, task, failure);
  }
}

function succeededOf(turn: Turn, job: Job, progress: PackProgress): readonly number[] {
  const good: number[] = [];
  for (const [first, last] of progress.succeeded) {
    for (let position = first; position <= last; position += 1) {
      const task = job.tasks[position];
      if (task !== undefined && isOpen(turn, job, task)) good.push(task);
    }
  }
  return good;
}

/** Whether nothing is known yet of how a task of the job ended. */
function isOpen(turn: Turn, job: Job, task: number): boolean {
  const { tasks } = turn.run;
  return tasks.job[task] === job.number && !tasks.has(task, IS_COLLECTING | IS_NOTED);
}

function succeed(
  turn: Turn,
  tally: Tally,
  job: Job,
  tasks: readonly number[],
  exit?: JobExit,
): void {
  if (tasks.length === 0) return;
  const { run, leader } = turn;
  const usage = tasks.length === 1 && job.tasks.length === 1 ? exit?.usage : undefined;
  const toCollect: number[] = [];
  for (const task of tasks) {
    const { set } = run.nodeOf(task);
    if (set.check !== undefined && job.values?.get(task) === false) {
      fail(turn, tally, job, task, { failure: 'user-error', message: 'it does not hold yet' });
      continue;
    }
    if (leader.collects(set)) {
      run.tasks.overlay(task, IS_COLLECTING);
      toCollect.push(task);
      continue;
    }
    run.tasks.set(task, IS_NOTED);
    tally.succeeded.push(task);
    const value = job.values?.get(task);
    if (value !== undefined) tally.results.push([task, value]);
    if (usage !== undefined) tally.usage.push([task, usage]);
  }
  if (toCollect.length === 0) return;
  leader.collecting += toCollect.length;
  turn.want({
    type: 'collect',
    backend: job.backend,
    job: job.number,
    tasks: toCollect,
    ...(usage === undefined ? {} : { usage }),
  });
}

function fail(turn: Turn, tally: Tally, job: Job, task: number, record: FailureRecord): void {
  const { failure, message, code, signal, usage } = record;
  turn.run.tasks.set(task, IS_NOTED);
  tally.failed.push({
    task,
    job: job.number,
    record: {
      failure,
      message,
      ...(code === undefined ? {} : { code }),
      ...(signal === undefined ? {} : { signal }),
      ...(usage === undefined ? {} : { usage }),
    },
    clock: job.ending === 'queue' || job.ending === 'idle' ? job.ending : undefined,
  });
}

function ended(turn: Turn, tally: Tally, job: Job, status: Status, isPushed: boolean): void {
  const { run, leader } = turn;
  const isPack = leader.packKey(job.node) !== undefined;
  if (status.progress !== undefined) takeProgress(turn, tally, job, status.progress);
  const exit: JobExit = status.exit ?? { outcome: 'lost', message: 'ended, nothing is known how' };
  const open = job.tasks.filter((task) => isOpen(turn, job, task));
  if (isPack && isPushed && open.length > (job.ordered ? (job.failures?.length ?? 0) : 0)) {
    toFind(turn, job);
    return;
  }
  learn(turn, job, exit);
  run.release(job);
  if (exit.outcome === 'succeeded' && job.failures === undefined) {
    succeed(turn, tally, job, open, exit);
    return;
  }
  endBadly(turn, tally, job, exit, open);
}

function endBadly(
  turn: Turn,
  tally: Tally,
  job: Job,
  exit: JobExit,
  open: readonly number[],
): void {
  if (job.ordered) {
    for (const failure of job.failures ?? []) {
      fail(turn, tally, job, job.tasks[failure.position] as number, failure);
    }
  }
  if (job.failures === undefined && exit.outcome !== 'succeeded' && open.length > 0) {
    const failure = exit.outcome === 'cancelled' ? classOfEnding(job) : exit.outcome;
    blame(turn, tally, job, { ...exit, failure, message: exit.message ?? `ended as ${failure}` });
    return;
  }
  withdraw(turn, tally, job, 'the pack ended before it came to these');
}

function classOfEnding(job: Job): 'cancelled' | 'timeout' {
  return job.ending === undefined || job.ending === 'cancelled' ? 'cancelled' : 'timeout';
}

/** The job ended as a whole: the first call of which nothing is known is to blame, the others did not get their turn. */
function blame(turn: Turn, tally: Tally, job: Job, record: FailureRecord): void {
  const { run } = turn;
  run.release(job);
  const first = job.tasks.find((task) => isOpen(turn, job, task));
  if (first === undefined) return;
  if (job.ending === 'cancelled' && !isToCancel(turn, first)) {
    withdraw(turn, tally, job, 'ended for the sake of another task in the same job');
    return;
  }
  fail(turn, tally, job, first, record);
  withdraw(turn, tally, job, 'the pack ended before it came to these');
}

/** What the end of a job teaches about its backend and about the length of its calls. */
function learn(turn: Turn, job: Job, exit: JobExit): void {
  const { leader, mono } = turn;
  const backend = leader.backend(job.backend);
  backend.jobEnded(mono);
  if (backend.probe === job.number) backend.probe = -1;
  const ms = backend.serviceMs(mono, Math.max(job.startedMono, job.submittedMono));
  if (exit.outcome === 'succeeded') {
    backend.working.clear();
    const key = leader.packKey(job.node);
    if (key !== undefined && !job.isInherited) leader.packs.learn(key, job.tasks.length, ms);
    return;
  }
  if (failureOrigin(exit.outcome) !== 'infrastructure') {
    if (exit.outcome !== 'cancelled') backend.working.clear();
    return;
  }
  const lived = job.startedMono > 0 ? mono - job.startedMono : 0;
  if (lived > leader.policies.earlyFailureSeconds * 1000) return;
  const { trouble } = leader.policies;
  backend.working.fail(exit.message ?? exit.outcome, mono, trouble, leader.options.random);
}
