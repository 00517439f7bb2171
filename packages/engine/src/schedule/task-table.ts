import type { TaskState } from '@orchestrate/core';
import { COLLECTING, READY, STATE_COUNT, stateName, WAITING } from './codes.ts';

/** The job ended well and its outputs are being collected; not durable, a new leader finds it out again. */
export const IS_COLLECTING = 1;
/** The wait between two attempts is over; not durable, a new leader works it out from the time of the fact. */
export const IS_DUE = 2;
/** The driver looked at inputs and earlier results and said: run. */
export const IS_PREPARED = 4;
/** The driver was asked to look. */
export const IS_PREPARING = 8;
/** A person asked to cancel this task. Durable. */
export const IS_TO_CANCEL = 16;
/** Found to be downstream of a failure within this step. */
export const IS_DOOMED = 32;

/** Its end is known within this step, and about to become a fact. */
export const IS_NOTED = 64;

/** Told of every change of a task's visible state. */
export type OnTransition = (task: number, from: TaskState, to: TaskState) => void;

const NO_JOB = -1;

/** Everything that is kept per task, as columns: some 22 bytes a task. */
export class TaskTable {
  count = 0;
  state = new Uint8Array(0);
  flags = new Uint8Array(0);
  /** Needs on single tasks that are not done yet. */
  unmet = new Int32Array(0);
  setOf = new Int32Array(0);
  job = new Int32Array(0);
  attempts = new Uint16Array(0);
  charged = new Uint16Array(0);
  uncharged = new Uint16Array(0);
  ranOutOfMemory = new Uint8Array(0);
  ranOutOfTime = new Uint8Array(0);
  /** Tasks by visible state. */
  readonly counts = new Int32Array(STATE_COUNT);
  /** The same per set, `STATE_COUNT` entries each. */
  setCounts = new Int32Array(0);
  readonly #onTransition: OnTransition | undefined;

  constructor(onTransition?: OnTransition) {
    this.#onTransition = onTransition;
  }

  /** Adds tasks at the end, all pending, as those of set `set`. */
  add(set: number, size: number): void {
    const first = this.count;
    this.count += size;
    if (this.count > this.state.length) this.reserve(Math.ceil(this.count * 1.5));
    this.setOf.fill(set, first, this.count);
    this.job.fill(NO_JOB, first, this.count);
    if ((set + 1) * STATE_COUNT > this.setCounts.length) {
      this.setCounts = enlarged(this.setCounts, (set + 1) * STATE_COUNT * 2);
    }
    this.counts[0] = (this.counts[0] as number) + size;
    this.setCounts[set * STATE_COUNT] = size;
  }

  /** The state as people see it: what is not durable included. */
  visible(task: number): number {
    const flags = this.flags[task] as number;
    if ((flags & IS_COLLECTING) !== 0) return COLLECTING;
    return (flags & IS_DUE) === 0 ? (this.state[task] as number) : READY;
  }

  move(task: number, to: number): void {
    const from = this.visible(task);
    this.state[task] = to;
    this.flags[task] =
      (this.flags[task] as number) & ~(IS_COLLECTING | IS_DUE | IS_DOOMED | IS_NOTED);
    this.#count(task, from, to);
  }

  /** Like {@link move}, for a change of the job that does not touch tasks which are being collected already. */
  moveWithJob(task: number, to: number): void {
    if (this.has(task, IS_COLLECTING)) this.state[task] = to;
    else if (this.state[task] !== to) this.move(task, to);
  }

  /** All tasks of a pending set become ready; the same as moving each, but at the speed of `fill`. */
  readyAll(set: number, first: number, size: number): void {
    this.state.fill(READY, first, first + size);
    this.counts[0] = (this.counts[0] as number) - size;
    this.counts[READY] = (this.counts[READY] as number) + size;
    const base = set * STATE_COUNT;
    this.setCounts[base] = (this.setCounts[base] as number) - size;
    this.setCounts[base + READY] = (this.setCounts[base + READY] as number) + size;
    if (this.#onTransition === undefined) return;
    for (let task = first; task < first + size; task += 1) {
      this.#onTransition(task, 'pending', 'ready');
    }
  }

  /** Marks a waiting task as ready again, or a live one as collecting. */
  overlay(task: number, flag: typeof IS_DUE | typeof IS_COLLECTING): void {
    const from = this.visible(task);
    this.flags[task] = (this.flags[task] as number) | flag;
    this.#count(task, from, this.visible(task));
  }

  has(task: number, flag: number): boolean {
    return ((this.flags[task] as number) & flag) !== 0;
  }

  set(task: number, flag: number): void {
    this.flags[task] = (this.flags[task] as number) | flag;
  }

  clear(task: number, flag: number): void {
    this.flags[task] = (this.flags[task] as number) & ~flag;
  }

  /** How many tasks of a set are pending. */
  pendingIn(set: number): number {
    return this.setCounts[set * STATE_COUNT] as number;
  }

  /** Whether it may be handed to a backend now. */
  isReady(task: number): boolean {
    const state = this.state[task];
    return state === READY || (state === WAITING && this.has(task, IS_DUE));
  }

  #count(task: number, from: number, to: number): void {
    this.counts[from] = (this.counts[from] as number) - 1;
    this.counts[to] = (this.counts[to] as number) + 1;
    const base = (this.setOf[task] as number) * STATE_COUNT;
    this.setCounts[base + from] = (this.setCounts[base + from] as number) - 1;
    this.setCounts[base + to] = (this.setCounts[base + to] as number) + 1;
    if (this.#onTransition !== undefined) {
      this.#onTransition(task, stateName(from), stateName(to));
    }
  }

  /** Makes room for this many tasks in all. */
  reserve(length: number): void {
    if (length <= this.state.length) return;
    this.state = enlarged(this.state, length);
    this.flags = enlarged(this.flags, length);
    this.unmet = enlarged(this.unmet, length);
    this.setOf = enlarged(this.setOf, length);
    this.job = enlarged(this.job, length);
    this.attempts = enlarged(this.attempts, length);
    this.charged = enlarged(this.charged, length);
    this.uncharged = enlarged(this.uncharged, length);
    this.ranOutOfMemory = enlarged(this.ranOutOfMemory, length);
    this.ranOutOfTime = enlarged(this.ranOutOfTime, length);
  }
}

interface Column<T> {
  readonly length: number;
  set(from: T): void;
}

function enlarged<T extends Column<T>>(column: T, length: number): T {
  const make = column.constructor as new (length: number) => T;
  const larger = new make(length);
  larger.set(column);
  return larger;
}
