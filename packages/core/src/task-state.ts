/**
 * Where a task is. A pending task whose unmet needs are all in one ordered pack goes with it straight to `submitting`,
 * and back to `pending` when the pack ends before it was its turn.
 * - `pending`: waits for others. `ready`: nothing is in its way but limits and slots. `waiting`: between two attempts or polls.
 * - `submitting`: the intent is durable, the backend has not confirmed. `queued`, `running`: as the backend says.
 * - `unknown`: a job may or may not exist or go on; being looked for. Never success, never failure.
 * - `collecting`: the job ended well, its outputs are being verified and published.
 * - `succeeded`, `reused` (finished earlier, outputs verified), `failed`, `skipped` (something it needs failed, or it is not needed), `cancelled`: final.
 */
export const TASK_STATES = [
  'pending',
  'ready',
  'waiting',
  'submitting',
  'queued',
  'running',
  'unknown',
  'collecting',
  'succeeded',
  'reused',
  'failed',
  'skipped',
  'cancelled',
] as const;

/** One of {@link TASK_STATES}. */
export type TaskState = (typeof TASK_STATES)[number];

const NEXT: Readonly<Record<TaskState, readonly TaskState[]>> = {
  pending: ['ready', 'submitting', 'skipped', 'cancelled'],
  ready: ['submitting', 'waiting', 'reused', 'failed', 'skipped', 'cancelled'],
  waiting: ['ready', 'cancelled'],
  submitting: [
    'queued',
    'running',
    'collecting',
    'succeeded',
    'unknown',
    'pending',
    'ready',
    'waiting',
    'failed',
    'cancelled',
  ],
  queued: [
    'running',
    'collecting',
    'succeeded',
    'unknown',
    'pending',
    'ready',
    'waiting',
    'failed',
    'cancelled',
  ],
  running: [
    'collecting',
    'succeeded',
    'unknown',
    'pending',
    'ready',
    'waiting',
    'failed',
    'cancelled',
  ],
  unknown: [
    'queued',
    'running',
    'collecting',
    'succeeded',
    'pending',
    'ready',
    'waiting',
    'failed',
    'cancelled',
  ],
  collecting: ['succeeded', 'waiting', 'failed', 'cancelled'],
  succeeded: [],
  reused: [],
  failed: [],
  skipped: [],
  cancelled: [],
};

/** Whether a task may go from one state to the other in one step. */
export function isLegalTransition(from: TaskState, to: TaskState): boolean {
  return NEXT[from].includes(to);
}

/** Whether nothing can happen to a task in this state any more (`retry` starts a new run of it). */
export function isFinal(state: TaskState): boolean {
  return NEXT[state].length === 0;
}

/** Whether a job may exist for a task in this state. */
export function isLive(state: TaskState): boolean {
  return state === 'submitting' || state === 'queued' || state === 'running' || state === 'unknown';
}
