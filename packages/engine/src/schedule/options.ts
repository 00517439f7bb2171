import type {
  BackendTraits,
  Backoff,
  Random,
  RetryPolicy,
  RunId,
  TaskSet,
} from '@orchestrate/core';
import type { OnTransition } from './task-table.ts';

/** How patient the scheduler is. All in seconds unless named otherwise. */
export interface Policies {
  /** Between two tries of a backend that is in trouble. */
  readonly trouble: Backoff;
  /** Failed tries in a row after which a backend counts as paused, and the journal says so. */
  readonly pauseAfter: number;
  /** With nothing else to do, the run is stopped once everything has been paused for this long. */
  readonly patienceSeconds: number;
  /** Between two looks for a job in doubt. */
  readonly find: Backoff;
  /** A polling interval grows from `pollSeconds` to this multiple as jobs get older. */
  readonly pollStretch: number;
  /** Between two looks at the jobs of a backend that pushes, in case a message was lost. */
  readonly safetyPollSeconds: number;
  /** A call without an answer for this long is taken as failed, in doubt. */
  readonly callSeconds: number;
  /** Between two requests to end the same job. */
  readonly cancelSeconds: number;
  /** A job that infrastructure ends within this time of its start speaks against its backend. */
  readonly earlyFailureSeconds: number;
  /** Work kept queued beyond a backend's slots. */
  readonly lookAheadSeconds: number;
  /** Aimed at for a pack of function calls. */
  readonly packSeconds: number;
  /** Calls in a pack at most. */
  readonly packCalls: number;
}

/** What a scheduler uses unless told otherwise. */
export const DEFAULT_POLICIES: Policies = {
  trouble: { seconds: 1, factor: 2, maxSeconds: 60, jitter: 0.2 },
  pauseAfter: 5,
  patienceSeconds: 3600,
  find: { seconds: 1, factor: 2, maxSeconds: 30, jitter: 0.1 },
  pollStretch: 8,
  safetyPollSeconds: 30,
  callSeconds: 300,
  cancelSeconds: 30,
  earlyFailureSeconds: 10,
  lookAheadSeconds: 0.3,
  packSeconds: 0.03,
  packCalls: 4096,
};

/** What a scheduler is made of. */
export interface SchedulerOptions {
  readonly run: RunId;
  /** The graph as it was planned; placeholders not replaced. */
  readonly sets: readonly TaskSet[];
  /** Limit name -> slots. */
  readonly limits: Readonly<Record<string, number>>;
  readonly backends: ReadonlyMap<string, BackendTraits>;
  readonly defaultBackend: string;
  readonly random: Random;
  readonly policies?: Partial<Policies>;
  /** For sets that name none. */
  readonly defaultRetry?: RetryPolicy;
  /** Start nothing new after the first task that failed for good. */
  readonly failFast?: boolean;
  /**
   * Asked once per set, when its first task is ready: sets of functions whose calls may share a job, together with those
   * of sets with the same key (module, export, image, resources). `undefined`: one job per task. Default: always that.
   */
  readonly packKeyOf?: (set: TaskSet) => string | undefined;
  /**
   * Whether no spec of a set depends on results: only then may its tasks be in the same job as those they need, because a
   * job is rendered as a whole before it runs. Default: no.
   */
  readonly standsAlone?: (set: TaskSet) => boolean;
  /** Whether ready tasks are prepared first. Default: sets that have inputs or may reuse earlier work. */
  readonly looks?: (set: TaskSet) => boolean;
  /** Whether ended tasks are collected. Default: sets that have outputs or whose work may be reused. */
  readonly collects?: (set: TaskSet) => boolean;
  /** What a placeholder becomes, asked again while a journal is replayed; live, the driver answers `expanded`. */
  readonly expand?: (placeholder: string) => readonly TaskSet[];
  /** Told of every change of a task's state; for tests. */
  readonly onTransition?: OnTransition;
}
