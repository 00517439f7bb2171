import type {
  Clock,
  ComputeBackend,
  FailureClass,
  Logger,
  Random,
  RunId,
  Storage,
} from '@orchestrate/core';
import type { JournalEntry, RunOutcome } from '../events/fact.ts';
import type { Plan } from '../plan/plan-types.ts';
import type { LoadedProject } from '../project/loaded-project.ts';
import type { FailedTask } from './choose-members.ts';

/** The providers of one project, made and ready. */
export interface Providers {
  readonly storages: ReadonlyMap<string, Storage>;
  readonly backends: ReadonlyMap<string, ComputeBackend>;
}

/** One timer at a time, handed in so that tests own time. */
export interface Timers {
  /** Calls back once the monotonic clock has reached the given milliseconds; disposing takes the call back. */
  at(monotonic: number, call: () => void): Disposable;
}

/** Members that are meant, as people name them. */
export interface MemberOptions {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** `NAME=VALUE` of parameters. */
  readonly where?: readonly string[];
  /** Only those that failed in the last run that is over; or those of the tasks given. */
  readonly failed?: boolean | readonly FailedTask[];
}

/** What a person wants of this run. */
export interface RunOptions {
  /** Selections as in `orchestrate run flow.set`: a flow, a set, or `set/label`; what they need runs too. Default: everything. */
  readonly only?: readonly string[];
  /** Members of ensembles to which the run is restricted, see `selectMembers`. Default: all. */
  readonly members?: MemberOptions;
  /** Drain after the first task that failed for good. */
  readonly failFast?: boolean;
  /** Use no earlier work. */
  readonly fresh?: boolean;
  /** Begin a new run although the last one is unfinished; its live jobs are cancelled first. */
  readonly abandon?: boolean;
}

/** Gives people's names to the numbers in facts. */
export interface Names {
  /** `flow.set/label`, or `flow.set` for a lone task. */
  task(task: number): string;
  /** Set and position of a task. */
  place(task: number): { readonly set: string; readonly index: number } | undefined;
}

/** Everything a run is made of. */
export interface RunRequest {
  readonly loaded: LoadedProject;
  readonly providers: Providers;
  /** Left out: planned here. */
  readonly plan?: Plan;
  readonly log: Logger;
  readonly clock: Clock;
  /** Default: real timers. */
  readonly timers?: Timers;
  /** Default: `Math.random`. */
  readonly random?: Random;
  /** Version of the program, for the journal. */
  readonly version?: string;
  /** Called with entries that are durable, in order. Must not throw. */
  readonly onEntries?: (entries: readonly JournalEntry[], names: Names) => void;
  readonly options?: RunOptions;
}

/** What became of the tasks of one set. */
export interface SetTally {
  readonly name: string;
  readonly total: number;
  readonly succeeded: number;
  readonly reused: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  /** Tasks without an end: the run was stopped. */
  readonly open: number;
}

/** A task that failed for good. */
export interface FailureLine {
  readonly task: string;
  readonly failure: FailureClass;
  readonly message: string;
  readonly code?: number;
  readonly signal?: string;
  readonly attempts: number;
  /** Absolute path of the log of the last attempt, where there is one. */
  readonly logPath?: string;
}

/** How a run, or this leader's part of it, ended. */
export interface RunSummary {
  readonly run: RunId;
  readonly name: string;
  readonly outcome: RunOutcome;
  /** Present when stopped. */
  readonly reason?: string;
  readonly seconds: number;
  readonly sets: readonly SetTally[];
  /** At most 1,000; `failedTasks` counts them all. */
  readonly failures: readonly FailureLine[];
  readonly failedTasks: number;
  readonly skippedTasks: number;
  /** Jobs that were left alive (detached). */
  readonly liveJobs: number;
}

/** A run that is being led by this process. */
export interface RunHandle {
  readonly id: RunId;
  /** Whether an unfinished run was taken up again instead of a new one begun. */
  readonly continued: boolean;
  /** Absolute path of the run's folder. */
  readonly directory: string;
  readonly names: Names;
  /** Settles once this leader's work is over; rejects only for defects and an unusable journal. */
  readonly done: Promise<RunSummary>;
  /** `drain`: start nothing new; `detach`: leave at once, jobs stay alive; `cancel`: end everything (or just `tasks`). */
  ask(
    request: 'drain' | 'pause' | 'continue' | 'cancel' | 'detach',
    tasks?: readonly number[],
  ): void;
}
