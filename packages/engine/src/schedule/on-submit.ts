import { SUBMITTING, UNKNOWN } from './codes.ts';
import { doubt } from './doubts.ts';
import type { Job } from './job.ts';
import type { Input } from './messages.ts';
import { settle, Tally, withdraw } from './outcomes.ts';
import { IS_NOTED } from './task-table.ts';
import type { Turn } from './turn.ts';

type Answered = Extract<Input, { type: 'submit-answered' }>;
type Failed = Extract<Input, { type: 'submit-failed' }>;

/** Whether the answer to the job's submission is still news. */
function isUndecided(job: Job): boolean {
  return !job.isOver && !job.isConfirmed && (job.state === SUBMITTING || job.state === UNKNOWN);
}

function answered(turn: Turn, job: Job): void {
  job.isAnswered = true;
  turn.leader.backend(job.backend).unanswered.delete(job.number);
}

/** A backend has said, job by job, what came of a submission. */
export function onSubmitAnswered(turn: Turn, input: Answered): void {
  const tally = new Tally();
  const backend = turn.leader.backends.get(input.backend);
  if (backend === undefined) return;
  let trouble = '';
  let isWell = false;
  for (const outcome of input.outcomes) {
    backend.unanswered.delete(outcome.job);
    const job = turn.run.jobs.get(outcome.job);
    if (job === undefined || job.backend !== input.backend) continue;
    answered(turn, job);
    if (outcome.runSeconds !== undefined) job.runSeconds = outcome.runSeconds;
    turn.leader.jobTimers.add(turn.mono, job.number);
    if (outcome.outcome === 'accepted') isWell = true;
    if (!isUndecided(job)) continue;
    const reason = outcome.reason ?? outcome.outcome;
    if (outcome.outcome === 'accepted') {
      job.isToFind = false;
      tally.jobs.set(job.number, 'queued');
    } else if (outcome.outcome === 'rejected') {
      reject(turn, tally, job, outcome.failure ?? 'submit-rejected', reason);
    } else {
      trouble = reason;
      if (outcome.outcome === 'busy') withdraw(turn, tally, job, reason);
      else doubt(turn, tally, job, reason);
    }
  }
  if (isWell) backend.submitting.clear();
  else if (trouble !== '') troubled(turn, input.backend, trouble);
  settle(turn, tally);
}

/** A submission failed as a whole. */
export function onSubmitFailed(turn: Turn, input: Failed): void {
  const tally = new Tally();
  if (!turn.leader.backends.has(input.backend)) return;
  let isNews = false;
  for (const number of input.jobs) {
    turn.leader.backend(input.backend).unanswered.delete(number);
    const job = turn.run.jobs.get(number);
    if (job === undefined || job.backend !== input.backend) continue;
    if (!job.isAnswered) isNews = true;
    answered(turn, job);
    if (!isUndecided(job)) continue;
    if (input.clean) withdraw(turn, tally, job, input.reason);
    else doubt(turn, tally, job, input.reason);
  }
  if (isNews) troubled(turn, input.backend, input.reason);
  settle(turn, tally);
}

/** The submission of a job has been without an answer for too long. */
export function submitUnanswered(turn: Turn, tally: Tally, job: Job): void {
  answered(turn, job);
  if (!isUndecided(job)) return;
  troubled(turn, job.backend, 'a submission was not answered');
  doubt(turn, tally, job, 'the submission was not answered');
}

function troubled(turn: Turn, name: string, reason: string): void {
  const { leader, mono } = turn;
  leader
    .backend(name)
    .submitting.fail(reason, mono, leader.policies.trouble, leader.options.random);
}

function reject(
  turn: Turn,
  tally: Tally,
  job: Job,
  failure: NonNullable<Answered['outcomes'][number]['failure']>,
  message: string,
): void {
  const { tasks } = turn.run;
  turn.run.release(job);
  if (job.ordered) {
    // Only the first is known to be at fault; the others wait for it anyway.
    tasks.set(job.tasks[0] as number, IS_NOTED);
    tally.failed.push({
      task: job.tasks[0] as number,
      job: job.number,
      record: { failure, message },
    });
    withdraw(turn, tally, job, 'the first of the pack was rejected');
    return;
  }
  for (const task of job.tasks) {
    if (tasks.job[task] !== job.number || tasks.has(task, IS_NOTED)) continue;
    tasks.set(task, IS_NOTED);
    tally.failed.push({ task, job: job.number, record: { failure, message } });
  }
}
