import type { FailureClass, Json, RunId, TaskState, Usage } from '@orchestrate/core';
import type { OutputRecord, RunOutcome } from '../events/fact.ts';

/** One line of the list of runs. */
export interface RunLine {
  readonly run: RunId;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  readonly endedAt?: number;
  /** `running`: a leader is alive; `unfinished`: can be resumed. */
  readonly state: 'running' | 'unfinished' | Exclude<RunOutcome, 'stopped'>;
}

/** Counts of the tasks of one set by state; states without tasks are left out. */
export interface SetView {
  readonly name: string;
  readonly backend: string;
  readonly first: number;
  readonly size: number;
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
}

/** One task. */
export interface TaskView {
  readonly task: number;
  readonly name: string;
  readonly set: string;
  readonly index: number;
  readonly state: TaskState;
  readonly attempts: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly failure?: {
    readonly failure: FailureClass;
    readonly message: string;
    readonly code?: number;
    readonly signal?: string;
  };
  readonly because?: number;
  readonly outputs?: readonly OutputRecord[];
  readonly result?: Json;
  readonly usage?: Usage;
  /** Absolute paths of the logs of its attempts, in order, those that exist. */
  readonly logPaths: readonly string[];
}

/** The fold of a run's entries. */
export interface RunView {
  readonly run: RunId;
  readonly name: string;
  readonly beganAt: number;
  readonly endedAt?: number;
  readonly outcome?: RunOutcome;
  readonly reason?: string;
  /** Sequence number of the last entry folded in; `follow(run, through + 1)` goes on from here. */
  readonly through: number;
  readonly leader?: { readonly pid: number; readonly host: string; readonly sinceAt: number };
  readonly sets: readonly SetView[];
  readonly total: number;
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
  /** Jobs that were handed over and have not ended, as far as the journal knows. */
  readonly liveJobs: number;
  /** Those of them that are known to have started. */
  readonly startedJobs: number;
  /** Why jobs that have not started wait, in the words of their backends; most first. */
  readonly waits: readonly { readonly reason: string; readonly jobs: number }[];
  /** Backends that are being left alone, and why. */
  readonly paused: readonly { readonly backend: string; readonly reason: string }[];
  /** Backends that gave back the jobs they were handed last and are tried again, and why. */
  readonly refused: readonly { readonly backend: string; readonly reason: string }[];
  /** Ends per second over the last minute of entries. */
  readonly tasksPerSecond: number;
  /** Tasks that failed for good, first come first, at most 1,000. */
  readonly failures: readonly TaskView[];
}

/** An attempt that failed. */
export interface FailedAttempt {
  /** Counted from 1 among those that failed. */
  readonly attempt: number;
  /** When that was known, milliseconds since 1970. */
  readonly at: number;
  readonly failure: FailureClass;
  readonly message: string;
  readonly code?: number;
  readonly signal?: string;
}

/** Why a task is as it is. */
export interface Explanation {
  readonly task: string;
  readonly state: TaskState;
  /** One sentence. */
  readonly summary: string;
  /** The first cause, following `skipped` back to what failed. */
  readonly cause?: TaskView;
  /** What is being waited for. */
  readonly waitsFor?: readonly string[];
  /** Attempts that failed, in order, the last one of a task that has failed included; absent when there are none. */
  readonly failedAttempts?: readonly FailedAttempt[];
  /** First field that differs from the last time it was finished. */
  readonly changed?: { readonly field: string; readonly before?: string; readonly after?: string };
}
