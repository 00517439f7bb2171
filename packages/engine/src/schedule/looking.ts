import { backoffSeconds } from '@orchestrate/core';
import type { BackendState } from './backend-state.ts';
import { QUEUED, RUNNING, UNKNOWN } from './codes.ts';
import type { Input } from './messages.ts';
import type { Look, Turn } from './turn.ts';

type Statuses = Extract<Input, { type: 'statuses' }>;
type LookFailed = Extract<Input, { type: 'look-failed' }>;

/** The look that is answered, if it is the one under way: late and repeated answers prove nothing. */
export function answerOf(turn: Turn, input: Statuses): Look | undefined {
  const backend = turn.leader.backends.get(input.backend);
  if (backend === undefined || input.source === 'watch') return undefined;
  const number = input.look ?? backend[input.source];
  if (number < 0 || number !== backend[input.source]) return undefined;
  backend[input.source] = -1;
  const look = turn.leader.looks.get(number);
  turn.leader.looks.delete(number);
  backend.looking.clear();
  if (input.source === 'observe') backend.lastObserve = turn.mono;
  else nextFind(turn, backend);
  return look;
}

/** A look at a backend failed: it is left alone for a while, and nothing is concluded about its jobs. */
export function onLookFailed(turn: Turn, input: LookFailed): void {
  const backend = turn.leader.backends.get(input.backend);
  if (backend === undefined) return;
  const number = input.look ?? backend[input.call];
  if (number < 0 || number !== backend[input.call]) return;
  lookFailed(turn, backend, input.call, input.reason);
}

function lookFailed(
  turn: Turn,
  backend: BackendState,
  call: 'observe' | 'find',
  reason: string,
): void {
  const { leader, mono } = turn;
  leader.looks.delete(backend[call]);
  backend[call] = -1;
  backend.looking.fail(reason, mono, leader.policies.trouble, leader.options.random);
  if (call === 'find') {
    nextFind(turn, backend);
    return;
  }
  backend.lastObserve = mono;
  // What could not be seen is looked at again as soon as trouble lets us, and not when the next look would have been due.
  backend.isUrgent = true;
}

function nextFind(turn: Turn, backend: BackendState): void {
  const { leader, mono } = turn;
  backend.findTries += 1;
  const delay = backoffSeconds(leader.policies.find, backend.findTries, leader.options.random);
  backend.findAt = mono + delay * 1000;
}

/** Asks the backends about their jobs where it is time, and returns when it will be time next. */
export function look(turn: Turn): number {
  let next = Number.POSITIVE_INFINITY;
  for (const backend of turn.leader.backends.values()) {
    if (turn.run.jobs.of(backend.name).size === 0) continue;
    giveUpUnanswered(turn, backend);
    next = Math.min(next, find(turn, backend), observe(turn, backend), unansweredAt(turn, backend));
  }
  return next;
}

function giveUpUnanswered(turn: Turn, backend: BackendState): void {
  for (const call of ['observe', 'find'] as const) {
    const asked = turn.leader.looks.get(backend[call]);
    if (asked === undefined) continue;
    if (turn.mono < asked.askedAt + turn.leader.policies.callSeconds * 1000) continue;
    lookFailed(turn, backend, call, 'no answer');
  }
}

function unansweredAt(turn: Turn, backend: BackendState): number {
  let at = Number.POSITIVE_INFINITY;
  for (const number of [backend.observe, backend.find]) {
    const asked = turn.leader.looks.get(number);
    if (asked !== undefined) at = Math.min(at, asked.askedAt);
  }
  return at + turn.leader.policies.callSeconds * 1000;
}

function find(turn: Turn, backend: BackendState): number {
  if (backend.find >= 0 || !backend.hasDoubts) return Number.POSITIVE_INFINITY;
  const jobs: number[] = [];
  let settleAt = Number.POSITIVE_INFINITY;
  for (const job of turn.run.jobs.of(backend.name)) {
    if (job.isOver || (job.state !== UNKNOWN && !job.isToFind)) continue;
    jobs.push(job.number);
    if (job.settleAt > turn.mono) settleAt = Math.min(settleAt, job.settleAt);
  }
  backend.hasDoubts = jobs.length > 0;
  if (jobs.length === 0) return Number.POSITIVE_INFINITY;
  const at = Math.max(backend.looking.until, Math.min(backend.findAt, settleAt));
  if (at > turn.mono) return at;
  backend.find = ask(turn, backend, 'find', jobs);
  return Number.POSITIVE_INFINITY;
}

function observe(turn: Turn, backend: BackendState): number {
  if (backend.observe >= 0) return Number.POSITIVE_INFINITY;
  const earliest = Math.max(
    backend.looking.until,
    backend.lastObserve + intervalMs(turn, backend, 0),
  );
  if (earliest > turn.mono && !backend.isUrgent) return earliest;
  const jobs: number[] = [];
  let youngest = Number.NEGATIVE_INFINITY;
  for (const job of turn.run.jobs.of(backend.name)) {
    if (job.isOver || (job.state !== QUEUED && job.state !== RUNNING)) continue;
    jobs.push(job.number);
    youngest = Math.max(youngest, job.submittedMono);
  }
  if (jobs.length === 0) return Number.POSITIVE_INFINITY;
  const due = backend.isUrgent
    ? 0
    : backend.lastObserve + intervalMs(turn, backend, turn.mono - youngest);
  const at = Math.max(backend.looking.until, due);
  if (at > turn.mono) return at;
  backend.isUrgent = false;
  backend.observe = ask(turn, backend, 'observe', jobs);
  return Number.POSITIVE_INFINITY;
}

/** Young jobs are polled often, old ones ever more rarely. */
function intervalMs(turn: Turn, { traits }: BackendState, youngestMs: number): number {
  const { safetyPollSeconds, pollStretch } = turn.leader.policies;
  if (traits.pushes) return safetyPollSeconds * 1000;
  const pollMs = Math.max(1, traits.pollSeconds * 1000);
  return pollMs * Math.min(pollStretch, Math.max(1, youngestMs / (10 * pollMs)));
}

function ask(
  turn: Turn,
  backend: BackendState,
  kind: 'observe' | 'find',
  jobs: readonly number[],
): number {
  const number = turn.leader.nextLook;
  turn.leader.nextLook += 1;
  turn.leader.looks.set(number, {
    kind,
    backend: backend.name,
    askedAt: turn.mono,
    jobs: new Set(jobs),
  });
  turn.want({ type: kind, backend: backend.name, look: number, jobs });
  return number;
}
