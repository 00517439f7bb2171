import type { FailureClass } from '@orchestrate/core';

/** What a state of SLURM means for us. */
export type Meaning =
  | { readonly phase: 'queued' }
  | { readonly phase: 'running' }
  | { readonly phase: 'succeeded' }
  | { readonly phase: 'failed'; readonly failure: FailureClass; readonly why: string };

const queued: Meaning = { phase: 'queued' };
const running: Meaning = { phase: 'running' };
const failed = (failure: FailureClass, why: string): Meaning => ({ phase: 'failed', failure, why });

/**
 * Job states of SLURM 20 to 25 (squeue(1) and sacct(1), "JOB STATE CODES"). A job that completes or is being signalled
 * still holds its node and counts as running.
 */
const STATES: Readonly<Record<string, Meaning>> = {
  PENDING: queued,
  CONFIGURING: queued,
  REQUEUED: queued,
  REQUEUE_FED: queued,
  REQUEUE_HOLD: queued,
  SPECIAL_EXIT: queued,
  RESV_DEL_HOLD: queued,
  RUNNING: running,
  COMPLETING: running,
  RESIZING: running,
  SIGNALING: running,
  STAGE_OUT: running,
  STOPPED: running,
  SUSPENDED: running,
  UPDATE_DB: running,
  POWER_UP_NODE: queued,
  COMPLETED: { phase: 'succeeded' },
  FAILED: failed('user-error', 'SLURM says FAILED'),
  TIMEOUT: failed('timeout', 'SLURM ended it at its time limit'),
  DEADLINE: failed('timeout', 'SLURM ended it at its deadline'),
  OUT_OF_MEMORY: failed('out-of-memory', 'SLURM ended it for its use of memory'),
  NODE_FAIL: failed('node-failure', 'a node failed under it'),
  BOOT_FAIL: failed('node-failure', 'its node could not be started'),
  LAUNCH_FAILED: failed('node-failure', 'it could not be launched on its node'),
  RECONFIG_FAIL: failed('node-failure', 'its node could not be configured'),
  PREEMPTED: failed('preempted', 'SLURM gave its place to another job'),
  REVOKED: failed('node-failure', 'another cluster of the federation took it'),
  CANCELLED: failed('cancelled', 'it was cancelled in SLURM'),
};

/** What a state means, or `undefined` for one we do not know. `CANCELLED by 1000` and `RUNNING+` are understood. */
export function meaningOf(state: string): Meaning | undefined {
  const word = /^[A-Z_]+/.exec(state)?.[0] ?? '';
  return Object.hasOwn(STATES, word) ? STATES[word] : undefined;
}

/** Why a job will never start. */
export interface Hopeless {
  readonly failure: FailureClass;
  readonly why: string;
}

const never = (why: string): Hopeless => ({ failure: 'submit-rejected', why });
const held = (why: string): Hopeless => ({ failure: 'node-failure', why });

/** Reasons with which a job waits for ever, blanks written as `_` (squeue(1), "JOB REASON CODES"). */
const HOPELESS: Readonly<Record<string, Hopeless>> = {
  DependencyNeverSatisfied: never('a job it depends on can never end as it should'),
  BadConstraints: never('no node satisfies its constraints'),
  PartitionTimeLimit: never('it asks for more time than its partition gives'),
  PartitionNodeLimit: never('it asks for more nodes than its partition gives'),
  InvalidAccount: never('its account is not valid'),
  InvalidQOS: never('its QoS is not valid'),
  // Held by SLURM itself: nobody lets them go.
  launch_failed_requeued_held: held('it could not be launched on its node'),
  JobHoldMaxRequeue: held('SLURM started it again too often'),
};

/** Why a job that waits with this reason will never start, or `undefined` when it may. */
export function hopelessReason(reason: string): Hopeless | undefined {
  const word = reason.replaceAll(' ', '_');
  return Object.hasOwn(HOPELESS, word) ? HOPELESS[word] : undefined;
}
