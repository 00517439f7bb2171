import { CANCELLED, FAILED, isFinalCode, SKIPPED } from './codes.ts';
import { scheduleError } from './errors.ts';
import type { Turn } from './turn.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Ends the run, or this leader's part of it, when nothing is left that it could do. Returns when to look again. */
export function finish(turn: Turn): number {
  const { run, leader } = turn;
  if (leader.hasFinished) return NEVER;
  const isAllOver = openTasks(turn) === 0 && run.readiness.unexpanded.size === 0;
  if (isAllOver || run.outcome !== undefined) {
    const outcome = run.outcome ?? outcomeOf(turn);
    if (run.outcome === undefined) turn.emit({ type: 'run-ended', outcome });
    leader.hasFinished = true;
    turn.want({ type: 'finish', outcome });
    return NEVER;
  }
  const isQuiet = run.jobs.size === 0 && leader.preparing === 0 && leader.expanding.size === 0;
  if (run.isDraining && isQuiet) {
    stop(turn, 'drained; what had begun is done');
    return NEVER;
  }
  return patience(turn, isQuiet);
}

function stop(turn: Turn, reason: string): void {
  turn.leader.hasFinished = true;
  turn.want({ type: 'finish', outcome: 'stopped', reason });
}

function openTasks({ run }: Turn): number {
  const { count, counts } = run.tasks;
  let over = 0;
  for (let state = 0; state < counts.length; state += 1) {
    if (isFinalCode(state)) over += counts[state] as number;
  }
  return count - over;
}

function outcomeOf({ run }: Turn): 'succeeded' | 'failed' | 'cancelled' {
  const { counts } = run.tasks;
  const { notNeeded } = run;
  if ((counts[FAILED] as number) > 0 || run.readiness.unexpandable.size > 0) return 'failed';
  if (run.isCancelled || (counts[CANCELLED] as number) > 0) return 'cancelled';
  return (counts[SKIPPED] as number) > notNeeded.size ? 'failed' : 'succeeded';
}

/** When all that could go on is held up by backends in trouble, waits for a while, then stops and says why. */
function patience(turn: Turn, isQuiet: boolean): number {
  const { run, leader, mono } = turn;
  const troubled = [...leader.backends.values()].filter((backend) =>
    backend.troubles.some(({ count }) => count > 0),
  );
  const isWaiting = run.waits.size > 0 || leader.collecting > 0 || run.isPaused;
  if (troubled.length === 0 && isQuiet && !isWaiting) {
    throw scheduleError('SCHEDULE_STUCK', 'the run can neither go on nor end', {
      details: { tasks: openTasks(turn), placeholders: run.readiness.unexpanded.size },
    });
  }
  if (troubled.length === 0 || isWaiting || leader.expanding.size > 0 || hasHealthyWork(turn)) {
    leader.pausedSince = undefined;
    return NEVER;
  }
  leader.pausedSince ??= mono;
  const until = leader.pausedSince + leader.policies.patienceSeconds * 1000;
  if (mono < until) return until;
  const names = troubled.map(({ name, troubles }) => {
    const reason = troubles.find(({ count }) => count > 0)?.reason ?? '';
    return `${name} (${reason})`;
  });
  stop(turn, `nothing could go on for ${leader.policies.patienceSeconds} s: ${names.join(', ')}`);
  return NEVER;
}

function hasHealthyWork(turn: Turn): boolean {
  const { run, leader } = turn;
  for (const backend of leader.backends.values()) {
    if (backend.troubles.some(({ count }) => count > 0)) continue;
    if (run.jobs.live(backend.name) > 0) return true;
  }
  return false;
}
