import type { FailureClass, TaskState } from '@orchestrate/core';
import type { RunLine } from '@orchestrate/engine';

/** A value a table can hold. */
export type CellValue = string | number | boolean | null;

/** How an attempt ended; `open`: it has not, as far as the journal goes. */
export type AttemptEnd = 'succeeded' | 'failed' | 'cancelled' | 'withdrawn' | 'open';

/** What the head of a report says of a run. Times are milliseconds since 1970. */
export interface RunHead {
  readonly project: string;
  readonly run: string;
  readonly state: RunLine['state'];
  readonly reason?: string;
  readonly beganAt: number;
  /** The end of the run, or the last entry of its journal. */
  readonly lastAt: number;
  /** From the beginning to `lastAt`. */
  readonly seconds: number;
  /** Part of it during which a leader is known to have been there. */
  readonly ledSeconds: number;
  readonly tasks: number;
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
  readonly leaders: readonly LeaderSpan[];
  readonly restarts: number;
  readonly version: string;
  /** Command that goes on with the run, or tries again what failed. */
  readonly next?: string;
}

/** One leader's time. */
export interface LeaderSpan {
  readonly host: string;
  readonly pid: number;
  readonly from: number;
  /** Its orderly end, or the last that was heard of it. */
  readonly to: number;
  readonly isOrderly: boolean;
}

/** One step of a row: one task. */
export interface StepCell {
  readonly task: string;
  readonly state: TaskState;
  readonly attempts: number;
  /** Running time of all attempts. */
  readonly seconds: number;
}

/** A member with its steps, or a task by itself. */
export interface TableRow {
  readonly id: string;
  readonly parameters: readonly CellValue[];
  readonly steps: readonly (StepCell | null)[];
  readonly state: TaskState;
  readonly attempts: number;
  readonly seconds: number;
  readonly reason?: string;
  /** Numbers that its tasks have published, in the order of the table's `numbers`. */
  readonly numbers: readonly (number | null)[];
}

/** The members of a group, the tasks of a set, or all tasks that stand alone. */
export interface RowTable {
  readonly title: string;
  readonly kind: 'members' | 'tasks' | 'single tasks';
  readonly parameters: readonly string[];
  readonly steps: readonly string[];
  readonly numbers: readonly string[];
  /** All there are; more than `rows` has when they were too many. */
  readonly size: number;
  readonly rows: readonly TableRow[];
}

/** Quantiles of a set's times. Seconds that attempts ran. */
export interface SetStatistics {
  readonly set: string;
  readonly backend: string;
  readonly tasks: number;
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
  readonly attempts: number;
  /** Attempts whose running time is known. */
  readonly timed: number;
  readonly medianSeconds?: number;
  readonly p95Seconds?: number;
  readonly maxSeconds?: number;
  readonly totalSeconds: number;
  /** Absent when no attempt said what it used. */
  readonly cpuHours?: number;
  readonly failedAttempts: Readonly<Partial<Record<FailureClass, number>>>;
}

/** Something that was taken and given back over time, as a step curve: from `points[i][0]` on it was `points[i][1]`. */
export interface UseCurve {
  readonly name: string;
  readonly kind: 'limit' | 'running' | 'queued';
  readonly capacity?: number;
  readonly peak: number;
  /** Over time, of the span of the run. */
  readonly mean: number;
  /** Milliseconds since the beginning of the run, and amount. */
  readonly points: readonly (readonly [at: number, amount: number])[];
}

/** `lane, submitted, started, ended, end, attempts`; times in milliseconds since the beginning; started -1: it never did. */
export type Bar = readonly [
  lane: number,
  submitted: number,
  started: number,
  ended: number,
  end: AttemptEnd,
  label: string,
];

/** Attempts over time. */
export interface Timeline {
  /** One lane for each row, or as many for a set as ran at once. */
  readonly kind: 'rows' | 'concurrency';
  readonly lanes: readonly { readonly label: string; readonly set: string }[];
  readonly bars: readonly Bar[];
}

/** A log's end. */
export interface LogEnd {
  readonly attempt: number;
  readonly lines: readonly string[];
  readonly isCut: boolean;
}

/** A task that failed for good, or a placeholder that could not be replaced. */
export interface FailureEntry {
  readonly task: string;
  readonly at?: number;
  readonly failure: FailureClass | 'expansion';
  readonly message: string;
  readonly code?: number;
  readonly signal?: string;
  readonly attempts: number;
  /** Tasks that were skipped because of it. */
  readonly skipped: number;
  readonly logs: readonly LogEnd[];
}

/** Everything a report tells. */
export interface Report {
  readonly report: 1;
  readonly head: RunHead;
  readonly failures: readonly FailureEntry[];
  /** Tasks that failed; more than `failures` has when they were too many. */
  readonly failedTasks: number;
  readonly tables: readonly RowTable[];
  readonly statistics: readonly SetStatistics[];
  readonly timeline: Timeline;
  readonly use: readonly UseCurve[];
}
