import { QUEUED, RUNNING, SUBMITTING, UNKNOWN } from './codes.ts';
import type { Ending, Job } from './job.ts';
import type { Input } from './messages.ts';
import { submitUnanswered } from './on-submit.ts';
import { isToCancel, type Tally } from './outcomes.ts';
import type { Turn } from './turn.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Looks at all clocks of one job and sets the next alarm. All run on the steady clock, so jumps of the date do no harm. */
export function checkJobClocks(turn: Turn, tally: Tally, number: number): void {
  const job = turn.run.jobs.get(number);
  if (job === undefined || job.isOver) return;
  const next = Math.min(
    answerClock(turn, tally, job),
    cancelClock(turn, job),
    queueClock(turn, job),
    runClock(turn, job),
    idleClock(turn, job),
  );
  turn.leader.jobTimers.add(next, job.number);
}

function answerClock(turn: Turn, tally: Tally, job: Job): number {
  if (job.isAnswered || job.isInherited || job.state !== SUBMITTING) return NEVER;
  const at = job.submittedMono + turn.leader.policies.callSeconds * 1000;
  if (at > turn.mono) return at;
  submitUnanswered(turn, tally, job);
  return NEVER;
}

function queueClock(turn: Turn, job: Job): number {
  const seconds = job.node.set.queueSeconds;
  if (seconds === undefined || job.state !== QUEUED || job.ending !== undefined) return NEVER;
  return due(turn, job, job.submittedMono + seconds * 1000, 'queue');
}

function runClock(turn: Turn, job: Job): number {
  if (job.runSeconds === undefined || job.startedMono === 0 || job.ending !== undefined)
    return NEVER;
  if (turn.leader.backend(job.backend).traits.enforcesTime) return NEVER;
  return due(turn, job, job.startedMono + job.runSeconds * 1000, 'run');
}

/** Silence is judged by a fresh look only: between looks a job may well have given signs of life. */
function idleClock(turn: Turn, job: Job): number {
  const seconds = job.node.set.idleSeconds;
  if (seconds === undefined || job.state !== RUNNING || job.activityAt === 0) return NEVER;
  if (job.ending !== undefined) return NEVER;
  const at = job.activityMono + seconds * 1000;
  if (at > turn.mono) return at;
  if (!job.isIdleLook) {
    job.isIdleLook = true;
    turn.leader.backend(job.backend).isUrgent = true;
  }
  return NEVER;
}

function due(turn: Turn, job: Job, at: number, ending: Ending): number {
  if (at > turn.mono) return at;
  endJob(turn, job, ending);
  return job.cancelMono;
}

/** An observation came back without a newer sign of life: the job has been silent for too long. */
export function judgeSilence(turn: Turn, job: Job): void {
  if (!job.isIdleLook || job.ending !== undefined) return;
  job.isIdleLook = false;
  const seconds = job.node.set.idleSeconds ?? NEVER;
  if (turn.mono - job.activityMono >= seconds * 1000) endJob(turn, job, 'idle');
}

/** Asks a job to end, and goes on asking until it has. */
function endJob(turn: Turn, job: Job, ending: Ending): void {
  if (job.ending !== undefined && job.ending !== ending && ending !== 'cancelled') return;
  job.ending = ending;
  job.cancels += 1;
  job.cancelMono = turn.mono + turn.leader.policies.cancelSeconds * 1000 * Math.min(8, job.cancels);
  turn.leader.jobTimers.add(job.cancelMono, job.number);
  turn.want({
    type: 'cancel',
    backend: job.backend,
    jobs: [job.number],
    reason: ending === 'cancelled' ? 'cancelled' : 'timeout',
  });
}

function cancelClock(turn: Turn, job: Job): number {
  if (job.ending === undefined || job.state === UNKNOWN) return NEVER;
  if (job.cancelMono > turn.mono) return job.cancelMono;
  endJob(turn, job, job.ending);
  return job.cancelMono;
}

/** A request to end jobs failed: it is repeated before long. */
export function onCancelFailed(turn: Turn, input: Extract<Input, { type: 'cancel-failed' }>): void {
  const backend = turn.leader.backends.get(input.backend);
  if (backend === undefined) return;
  for (const number of input.jobs) {
    const job = turn.run.jobs.get(number);
    if (job?.ending === undefined || job.isOver) continue;
    const waitMs =
      Math.min(turn.leader.policies.cancelSeconds, 2 ** Math.min(job.cancels, 10)) * 1000;
    job.cancelMono = Math.min(job.cancelMono, turn.mono + waitMs);
    turn.leader.jobTimers.add(job.cancelMono, number);
  }
}

/** Asks live jobs to end that hold tasks a person wants cancelled, all of them in one call per backend. */
export function cancelLive(turn: Turn): void {
  const byBackend = new Map<string, number[]>();
  for (const job of turn.run.jobs.values()) {
    if (job.isOver || job.ending === 'cancelled') continue;
    const isWanted = job.tasks.some(
      (task) => turn.run.tasks.job[task] === job.number && isToCancel(turn, task),
    );
    if (!isWanted) continue;
    job.ending = 'cancelled';
    job.cancels += 1;
    job.cancelMono = turn.mono + turn.leader.policies.cancelSeconds * 1000;
    turn.leader.jobTimers.add(job.cancelMono, job.number);
    const jobs = byBackend.get(job.backend);
    if (jobs === undefined) byBackend.set(job.backend, [job.number]);
    else jobs.push(job.number);
  }
  for (const [backend, jobs] of byBackend) {
    turn.want({ type: 'cancel', backend, jobs, reason: 'cancelled' });
  }
}
