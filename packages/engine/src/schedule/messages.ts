import type { JobStatus, Json, SubmitOutcome, TaskSet, Usage } from '@orchestrate/core';
import type { Fact, FailureRecord, OutputRecord, RunOutcome } from '../events/fact.ts';

/** A job the scheduler decided on; the driver renders its tasks and hands it over. */
export interface PlannedJob {
  readonly job: number;
  /** In the order in which they run; one for commands, one or more for functions. */
  readonly tasks: readonly number[];
  /** Attempt number (1 = first) of each task. */
  readonly attempts: readonly number[];
  /** Later tasks of the pack depend on earlier ones. */
  readonly ordered: boolean;
}

/** How often a task's resources have run out so far, for `escalate`. */
export interface RanOut {
  readonly memory: number;
  readonly time: number;
}

/** A task found finished by an earlier run. */
export interface ReusedTask {
  readonly task: number;
  readonly fingerprint?: string;
  readonly outputs?: readonly OutputRecord[];
  readonly result?: Json;
}

/** A task whose attempt ended well and whose outputs are verified and published. */
export interface CollectedTask {
  readonly task: number;
  readonly fingerprint?: string;
  readonly outputs?: readonly OutputRecord[];
  readonly usage?: Usage;
}

/** What the scheduler is told. Time is part of every step, see {@link Moment}. */
export type Input =
  /** First input of every leader, after replay: begins, or recovers what an earlier leader left. */
  | { readonly type: 'begin' }
  /** Answer to `prepare`: `run` may be submitted; `reused` need not; `failed` cannot run (input missing). */
  | {
      readonly type: 'prepared';
      readonly run: readonly number[];
      readonly reused: readonly ReusedTask[];
      readonly reusedFrom?: string;
      /** Tasks the flow does not need. */
      readonly notNeeded?: readonly number[];
      readonly failed: readonly (FailureRecord & { readonly task: number })[];
    }
  | {
      readonly type: 'submit-answered';
      readonly backend: string;
      readonly outcomes: readonly (Omit<SubmitOutcome, 'key'> & {
        readonly job: number;
        /** Wall time the job may take, for backends that do not enforce it themselves. */
        readonly runSeconds?: number;
      })[];
    }
  /** The whole call threw; `clean`: certainly nothing was taken. */
  | {
      readonly type: 'submit-failed';
      readonly backend: string;
      readonly jobs: readonly number[];
      readonly clean: boolean;
      readonly reason: string;
    }
  /** What a backend says of jobs, pushed or asked for. `find`: `absent` is then to be judged by the settling time. */
  | {
      readonly type: 'statuses';
      readonly backend: string;
      readonly source: 'watch' | 'observe' | 'find';
      /** Number of the `observe` or `find` effect this answers; left out for `watch`. */
      readonly look?: number;
      readonly statuses: readonly (Omit<JobStatus, 'key'> & {
        readonly job: number;
        /** As for `submit-answered`; for jobs an earlier leader submitted. */
        readonly runSeconds?: number;
      })[];
    }
  | {
      readonly type: 'look-failed';
      readonly backend: string;
      readonly call: 'observe' | 'find';
      readonly look?: number;
      readonly jobs: readonly number[];
      readonly reason: string;
    }
  | {
      readonly type: 'cancel-failed';
      readonly backend: string;
      readonly jobs: readonly number[];
      readonly reason: string;
    }
  /** Answer to `collect`: verified and published, or not (output missing: `user-error`; disk full: infrastructure). */
  | {
      readonly type: 'collected';
      /** The job of the `collect` effect this answers, so that a late answer is not taken for one about a later attempt. */
      readonly job?: number;
      readonly good: readonly CollectedTask[];
      readonly bad: readonly (FailureRecord & { readonly task: number })[];
    }
  /** Answer to `expand`. */
  | { readonly type: 'expanded'; readonly placeholder: string; readonly sets: readonly TaskSet[] }
  | { readonly type: 'expand-failed'; readonly placeholder: string; readonly message: string }
  | { readonly type: 'wake' }
  /**
   * What a person asks: `drain`: start nothing new, end when live jobs are done; `detach`: leave at once, jobs stay alive;
   * `cancel`: end live jobs and cancel the rest (or just `tasks`).
   */
  | {
      readonly type: 'asked';
      readonly request: 'drain' | 'pause' | 'continue' | 'cancel' | 'detach';
      readonly tasks?: readonly number[];
    };

/** When a step happens; both clocks in milliseconds, see `Clock`. */
export interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

/** What the scheduler wants done, once the facts of the same step are durable. Every effect may be repeated or lost. */
export type Effect =
  /** Look whether these ready tasks are finished already, and whether their inputs are there. Answer: `prepared`. */
  | { readonly type: 'prepare'; readonly tasks: readonly number[] }
  | { readonly type: 'submit'; readonly backend: string; readonly jobs: readonly PlannedJob[] }
  | {
      readonly type: 'observe' | 'find';
      readonly backend: string;
      /** To be handed back with the answer, so that a late one is not taken for a fresh one. */
      readonly look: number;
      readonly jobs: readonly number[];
    }
  | {
      readonly type: 'cancel';
      readonly backend: string;
      readonly jobs: readonly number[];
      readonly reason: 'cancelled' | 'timeout';
    }
  /** Verify and publish the outputs of tasks whose attempt ended well. Answer: `collected`. */
  | {
      readonly type: 'collect';
      readonly backend: string;
      readonly job: number;
      readonly tasks: readonly number[];
      readonly usage?: Usage;
    }
  /** The end of these jobs is durable; their traces may go. */
  | { readonly type: 'forget'; readonly backend: string; readonly jobs: readonly number[] }
  /** Ask the flow what the placeholder becomes. Answer: `expanded`. */
  | { readonly type: 'expand'; readonly placeholder: string }
  /** Call `wake` at this monotonic time; replaces any earlier one. */
  | { readonly type: 'wake'; readonly atMonotonic: number }
  /** This leader's work is over. */
  | { readonly type: 'finish'; readonly outcome: RunOutcome; readonly reason?: string };

/** What one step came to: facts are already applied to the state; they must be durable before any effect is carried out. */
export interface StepResult {
  readonly facts: readonly Fact[];
  readonly effects: readonly Effect[];
}
