import type { FailureClass, Json, RunId, Usage } from '@orchestrate/core';

/**
 * Whole numbers in ascending order, runs of three or more folded: `[1, [4, 9], 12]` is 1, 4 to 9 and 12.
 * Tasks and jobs are numbered through a run from 0; task `first + i` is task i of the set that starts at `first`.
 */
export type Ranges = readonly (number | readonly [first: number, last: number])[];

/** A set of tasks as the journal knows it: what views need without loading the flow again. */
export interface SetRecord {
  readonly name: string;
  readonly first: number;
  readonly size: number;
  readonly digest: string;
  readonly backend: string;
  /** A placeholder has size 0 and becomes other sets later. */
  readonly placeholder?: true;
}

/** An output as it was published: enough to see later, without reading it, whether it is still the same. */
export interface OutputRecord {
  readonly name: string;
  readonly address: string;
  readonly bytes: number;
  /** The store's generation; for local files `<mtime in ns>-<inode>`. */
  readonly generation: string;
}

/** Why and how an attempt failed, for people and for the retry rule. */
export interface FailureRecord {
  readonly failure: FailureClass;
  readonly message: string;
  readonly code?: number;
  readonly signal?: string;
  readonly usage?: Usage;
}

/** How a run, or the part of it one leader did, came to its end. `stopped` can be resumed. */
export type RunOutcome = 'succeeded' | 'failed' | 'cancelled' | 'stopped';

/**
 * What happened, as written to the journal; the state of a run is the fold of its facts, and every view is made from them.
 * Facts name tasks and jobs by number and speak of many at once. Each is stored with a sequence number and the time
 * (milliseconds since 1970) beside it. A reader ignores types it does not know.
 */
export type Fact =
  /** First fact of a run. `project` is the digest of the effective project, secrets left as references. */
  | {
      readonly type: 'run-began';
      readonly run: RunId;
      readonly name: string;
      readonly project: string;
      readonly version: string;
    }
  /** Tasks became known: at the start, and when a placeholder is replaced by sets. */
  | {
      readonly type: 'sets-added';
      readonly placeholder?: string;
      readonly sets: readonly SetRecord[];
    }
  /** A leader took over; every start is a recovery. */
  | { readonly type: 'leader-began'; readonly pid: number; readonly host: string }
  /** A leader left in an orderly way. */
  | { readonly type: 'leader-ended'; readonly outcome: RunOutcome; readonly reason?: string }
  /** Intent: these jobs are about to be handed to the backend. `tasks` lists, per job, its tasks in order. */
  | {
      readonly type: 'submitting';
      readonly backend: string;
      readonly jobs: readonly {
        readonly job: number;
        readonly tasks: Ranges;
        readonly ordered?: true;
      }[];
      /** 16 characters of base64 for each task's fingerprint, in the order of `jobs`; `-` repeated where there is none. */
      readonly fingerprints?: string;
    }
  /** The backend confirmed the jobs. */
  | { readonly type: 'queued'; readonly jobs: Ranges }
  | { readonly type: 'started'; readonly jobs: Ranges }
  /** Why these jobs wait in the queue of their backend, in its words; said again when that changes. */
  | { readonly type: 'waiting'; readonly jobs: Ranges; readonly reason: string }
  /** It is in doubt whether these jobs exist or go on. */
  | { readonly type: 'doubted'; readonly jobs: Ranges; readonly reason: string }
  /** These jobs do not exist, or ended without having done the named tasks: those are ready again, nothing is charged. */
  | {
      readonly type: 'withdrawn';
      readonly jobs: Ranges;
      /** Default: all tasks that are still in the jobs. */
      readonly tasks?: Ranges;
      readonly reason: string;
    }
  /** `job` is left out when it is clear from `submitting`. `results`, `outputs` and `usage` are by task number. */
  | {
      readonly type: 'succeeded';
      readonly tasks: Ranges;
      readonly results?: readonly (readonly [task: number, value: Json])[];
      readonly outputs?: readonly (readonly [task: number, outputs: readonly OutputRecord[]])[];
      readonly usage?: readonly (readonly [task: number, usage: Usage])[];
      /** First 12 bytes of each task's fingerprint, in the order of `tasks`, base64 of all of them joined. */
      readonly fingerprints?: string;
    }
  /** Finished in an earlier run with the same fingerprint, its outputs verified. Otherwise like `succeeded`. */
  | {
      readonly type: 'reused';
      readonly from: RunId;
      readonly tasks: Ranges;
      readonly results?: readonly (readonly [task: number, value: Json])[];
      readonly outputs?: readonly (readonly [task: number, outputs: readonly OutputRecord[]])[];
      readonly fingerprints?: string;
    }
  /** An attempt failed; `again`: another one follows `delaySeconds` later, otherwise the task has failed. */
  | ({
      readonly type: 'attempt-failed';
      readonly task: number;
      readonly job?: number;
      readonly again: boolean;
      readonly delaySeconds?: number;
      /** The clock that ran out, when it was not the attempt's own time: waiting in the queue, silence, a check's patience. */
      readonly clock?: 'queue' | 'idle' | 'check';
    } & FailureRecord)
  /** A check does not hold yet; polled again `delaySeconds` later. */
  | { readonly type: 'check-open'; readonly task: number; readonly delaySeconds: number }
  /**
   * These will not run because `because` failed, was cancelled or was skipped; -1: because `placeholder` could not be
   * replaced, or, with `notNeeded`, because the flow says so of them. `notNeeded` is no failure.
   */
  | {
      readonly type: 'skipped';
      readonly tasks: Ranges;
      readonly because: number;
      readonly placeholder?: string;
      readonly notNeeded?: true;
    }
  /** A placeholder could not be replaced; what waits for it is skipped. */
  | { readonly type: 'expand-failed'; readonly placeholder: string; readonly message: string }
  | { readonly type: 'cancelled'; readonly tasks: Ranges }
  /** A backend is left alone for a while, or (`untilAsked`) until a person resumes. */
  | {
      readonly type: 'backend-paused';
      readonly backend: string;
      readonly reason: string;
      readonly untilAsked: boolean;
    }
  | { readonly type: 'backend-resumed'; readonly backend: string }
  /** What a person asked of the run. */
  | {
      readonly type: 'asked';
      readonly request: 'drain' | 'pause' | 'continue' | 'cancel';
      readonly tasks?: Ranges;
    }
  /** The run is over; nothing is live any more. */
  | { readonly type: 'run-ended'; readonly outcome: Exclude<RunOutcome, 'stopped'> };

/** A fact with its place in the journal. */
export interface JournalEntry {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fact: Fact;
}
