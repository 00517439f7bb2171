import type { Fact } from '../events/fact.ts';
import { rangesOf } from '../events/ranges.ts';
import type { BackendState } from './backend-state.ts';
import { PENDING } from './codes.ts';
import type { Lane, SetNode } from './graph.ts';
import type { PlannedJob } from './messages.ts';
import { IS_NOTED, IS_TO_CANCEL } from './task-table.ts';
import type { Turn } from './turn.ts';

const LOOK_AGAIN = 512;

/** Hands ready tasks to the backends, as far as limits and windows allow. */
export function start(turn: Turn): void {
  const { run, leader } = turn;
  if (run.isDraining || run.isPaused || run.isCancelled || leader.isClosing) return;
  run.lanes.beginPass();
  for (const backend of leader.backends.values()) startOn(turn, backend);
}

function startOn(turn: Turn, backend: BackendState): void {
  const { run } = turn;
  const room = roomOf(turn, backend);
  if (room <= 0) return;
  const jobs: PlannedJob[] = [];
  const submitting: Extract<Fact, { type: 'submitting' }>['jobs'][number][] = [];
  const wasIdle = run.jobs.live(backend.name) === 0;
  while (jobs.length < room) {
    run.lanes.unpark();
    const lane = run.lanes.top(backend.name);
    if (lane === undefined) break;
    const blocked = blockedBy(turn, lane);
    if (blocked >= 0) {
      run.lanes.park(lane, blocked);
      continue;
    }
    if (isFull(turn, backend, lane)) break;
    const job = planJob(turn, backend, lane);
    const record = {
      job: job.job,
      tasks: rangesOf(job.tasks),
      ...(job.ordered ? { ordered: true as const } : {}),
    };
    run.apply({ type: 'submitting', backend: backend.name, jobs: [record] }, turn.at.now);
    submitting.push(record);
    jobs.push(job);
    submitted(turn, backend, job.job);
  }
  if (jobs.length === 0) return;
  if (wasIdle) backend.lastObserve = turn.mono;
  turn.facts.push({ type: 'submitting', backend: backend.name, jobs: submitting });
  turn.want({ type: 'submit', backend: backend.name, jobs });
}

/** Packs running and waiting per slot: more of them would only be smaller. */
const PACKS_PER_SLOT = 2;

/** Whether another pack would have to wait longer than it takes the workers to come back for one. */
function isFull(turn: Turn, backend: BackendState, lane: Lane): boolean {
  if (turn.leader.packKey(lane.node) === undefined) return false;
  return turn.run.jobs.live(backend.name) >= backend.slots * PACKS_PER_SLOT;
}

/** How many jobs may be submitted to a backend now. One in trouble gets one job at a time, to see whether it is over. */
function roomOf(turn: Turn, backend: BackendState): number {
  const { run, leader, mono } = turn;
  if (mono < backend.submitAt) return 0;
  if (!backend.traits.pushes && backend.unanswered.size > 0) return 0;
  const live = run.jobs.live(backend.name);
  const window = backend.window(mono, leader.policies);
  const room = window - live;
  if (backend.submitting.count > 0) return backend.unanswered.size > 0 ? 0 : Math.min(1, room);
  if (backend.working.count >= leader.policies.pauseAfter) {
    const isProbing = backend.probe >= 0 && run.jobs.get(backend.probe) !== undefined;
    return isProbing ? 0 : Math.min(1, room);
  }
  // Refilled by halves: many jobs in one intent and one call, as long as enough is queued to keep every slot busy.
  const isStocked = live - backend.slots > (window - backend.slots) / 2;
  return isStocked ? 0 : room;
}

function submitted(turn: Turn, backend: BackendState, number: number): void {
  const { run, leader, mono } = turn;
  const job = run.jobs.get(number);
  if (job === undefined) return;
  job.submittedMono = mono;
  backend.unanswered.add(number);
  backend.probe = number;
  leader.jobTimers.add(mono + leader.policies.callSeconds * 1000, number);
  if (job.node.set.check !== undefined) {
    for (const task of job.tasks) {
      if (!leader.checkSince.has(task) && run.checks.get(task) === turn.at.now) {
        leader.checkSince.set(task, mono);
      }
    }
  }
}

/** The limit that keeps the first task of a lane from starting, or -1. */
function blockedBy(turn: Turn, lane: Lane): number {
  const { limits, lanes } = turn.run;
  const { node } = lane;
  const { group } = node;
  const task = lane.queue.peek();
  const needsSlot =
    group !== undefined && group.limit >= 0 && group.isOpen[task - node.first] !== 1;
  for (const { limit, slots } of node.leases) {
    const wanted = slots + (needsSlot && group.limit === limit ? 1 : 0);
    if (limits.free(limit) < wanted || lanes.isQueueJump(lane, limit)) return limit;
  }
  if (!needsSlot) return -1;
  return limits.free(group.limit) < 1 || lanes.isQueueJump(lane, group.limit) ? group.limit : -1;
}

function planJob(turn: Turn, backend: BackendState, lane: Lane): PlannedJob {
  const { run } = turn;
  const tasks: number[] = [];
  takeFrom(turn, lane, tasks);
  const key = turn.leader.packKey(lane.node);
  let ordered = false;
  if (key !== undefined) {
    const size = packSize(turn, backend, lane, key);
    while (tasks.length < size && lane.queue.length > 0) {
      takeFrom(turn, lane, tasks);
    }
    const most = turn.leader.packs.size(key);
    if (tasks.length < most) ordered = takeAlong(turn, tasks, { most, key, backend: backend.name });
  }
  if (lane.node.unlooked.length > 0 && lane.queue.length < LOOK_AGAIN) {
    run.lanes.unlooked.add(lane.node);
  }
  const attempts = tasks.map((task) => (run.tasks.attempts[task] as number) + 1);
  return { job: run.jobs.next, tasks, attempts, ordered };
}

/** A task may be in its lane more than once; it is planned only once. */
function takeFrom(turn: Turn, lane: Lane, planned: number[]): void {
  const { lanes, tasks } = turn.run;
  const task = lanes.pop(lane);
  if (!tasks.isReady(task) || tasks.has(task, IS_NOTED)) return;
  tasks.set(task, IS_NOTED);
  planned.push(task);
}

/** Large enough to be cheap, small enough that every place for a pack gets a share. */
function packSize(turn: Turn, backend: BackendState, lane: Lane, key: string): number {
  const places = backend.slots * PACKS_PER_SLOT - turn.run.jobs.live(backend.name);
  const share = Math.ceil((lane.queue.length + 1) / Math.max(1, places));
  return Math.max(1, Math.min(turn.leader.packs.size(key), share));
}

/**
 * With too little ready to fill a pack of short calls, it takes along tasks whose every unmet need is in it: they run after
 * those in the same process. So a chain of short calls costs a job per pack and not one per call.
 */
function takeAlong(
  turn: Turn,
  pack: number[],
  terms: { readonly most: number; readonly key: string; readonly backend: string },
): boolean {
  const { run } = turn;
  const { tasks } = run;
  const first = pack.length;
  const inside = new Map<number, number>();
  const meet = (task: number): void => {
    if (pack.length >= terms.most || tasks.state[task] !== PENDING) return;
    const met = (inside.get(task) ?? 0) + 1;
    if (met < (tasks.unmet[task] as number)) inside.set(task, met);
    else if (!tasks.has(task, IS_TO_CANCEL)) pack.push(task);
  };
  for (let at = 0; at < pack.length && pack.length < terms.most; at += 1) {
    const task = pack[at] as number;
    const node = run.nodeOf(task);
    if (turn.leader.collects(node.set)) continue;
    const index = task - node.first;
    for (const { to, offsets, targets, isForEnd } of node.links) {
      if (isForEnd || !mayComeAlong(turn, to, terms)) continue;
      if (offsets === undefined || targets === undefined) {
        meet(to.first + index);
        continue;
      }
      const end = offsets[index + 1] as number;
      for (let edge = offsets[index] as number; edge < end && pack.length < terms.most; edge += 1) {
        meet(to.first + (targets[edge] as number));
      }
    }
  }
  return pack.length > first;
}

function mayComeAlong(
  turn: Turn,
  node: SetNode,
  terms: { readonly key: string; readonly backend: string },
): boolean {
  const { leader } = turn;
  if (node.backend !== terms.backend || node.waits > 0 || node.needsLook) return false;
  if (node.leases.length > 0 || node.group !== undefined) return false;
  return leader.packKey(node) === terms.key && leader.standsAlone(node);
}
