import { TASK_STATES, type TaskState } from '@orchestrate/core';

/** Task states as bytes, in the order of `TASK_STATES`, so that a million of them fit into a typed array. */
export const PENDING = 0;
export const READY = 1;
export const WAITING = 2;
export const SUBMITTING = 3;
export const QUEUED = 4;
export const RUNNING = 5;
export const UNKNOWN = 6;
export const COLLECTING = 7;
export const SUCCEEDED = 8;
export const REUSED = 9;
export const FAILED = 10;
export const SKIPPED = 11;
export const CANCELLED = 12;

/** How many states there are. */
export const STATE_COUNT = TASK_STATES.length;

/** The name of a state. */
export function stateName(code: number): TaskState {
  return TASK_STATES[code] as TaskState;
}

/** Whether a task in this state belongs to a job that may exist. */
export function isLiveCode(code: number): boolean {
  return code >= SUBMITTING && code <= UNKNOWN;
}

/** Whether nothing can happen to a task in this state any more. */
export function isFinalCode(code: number): boolean {
  return code >= SUCCEEDED;
}

/** Whether what waits for a task in this state may go on. */
export function isDoneCode(code: number): boolean {
  return code === SUCCEEDED || code === REUSED;
}
