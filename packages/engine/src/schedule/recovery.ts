import { rangesOf } from '../events/ranges.ts';
import { FAILED, RUNNING, SUBMITTING } from './codes.ts';
import { ascending } from './outcomes.ts';
import { resumeCancelling } from './requests.ts';
import { skipAllDoomed } from './skipping.ts';
import { IS_TO_CANCEL } from './task-table.ts';
import type { Turn } from './turn.ts';

/** The first step of every leader: begins a run, or takes over what an earlier leader left. There is no other kind of start. */
export function onBegin(turn: Turn): void {
  const { run, leader } = turn;
  if (leader.hasBegun) return;
  leader.hasBegun = true;
  if (run.outcome !== undefined) return;
  if (run.isBegun) recover(turn);
  else beginRun(turn);
}

function beginRun(turn: Turn): void {
  const { run, leader } = turn;
  let first = 0;
  const sets = leader.options.sets.map((set) => {
    const record = run.graph.record(set, first);
    first += record.size;
    return record;
  });
  turn.emit({ type: 'sets-added', sets });
}

function recover(turn: Turn): void {
  const { run, leader } = turn;
  if (run.isDraining || run.isPaused) turn.emit({ type: 'asked', request: 'continue' });
  for (const backend of run.pausedBackends) turn.emit({ type: 'backend-resumed', backend });
  takeOverJobs(turn);
  for (const [task, { at, delaySeconds }] of run.waits) {
    const leftMs = Math.min(delaySeconds * 1000, at + delaySeconds * 1000 - turn.at.now);
    leader.taskTimers.add(turn.mono + Math.max(0, leftMs), task);
  }
  run.jobs.takeEnded();
  skipAllDoomed(turn);
  const wanted: number[] = [];
  for (let task = 0; task < run.tasks.count; task += 1) {
    if (run.tasks.has(task, IS_TO_CANCEL)) wanted.push(task);
  }
  resumeCancelling(turn, wanted);
  leader.isClosing =
    leader.options.failFast === true &&
    ((run.tasks.counts[FAILED] ?? 0) > 0 || run.readiness.unexpandable.size > 0);
}

/** All live jobs are looked for, one call per backend; those that were being handed over are in doubt. */
function takeOverJobs(turn: Turn): void {
  const { run, leader, mono } = turn;
  const doubted: number[] = [];
  for (const job of run.jobs.values()) {
    const backend = leader.backend(job.backend);
    job.isInherited = true;
    job.isAnswered = true;
    job.isToFind = true;
    job.settleAt = mono + backend.traits.settleSeconds * 1000;
    job.submittedMono = mono - Math.max(0, turn.at.now - job.submittedAt);
    if (job.state === RUNNING) job.activityMono = mono;
    backend.hasDoubts = true;
    backend.findAt = mono;
    backend.lastObserve = mono;
    leader.jobTimers.add(mono, job.number);
    if (job.state === SUBMITTING) doubted.push(job.number);
  }
  if (doubted.length === 0) return;
  turn.emit({
    type: 'doubted',
    jobs: rangesOf(ascending(doubted)),
    reason: 'the leader that was submitting them is gone',
  });
}
