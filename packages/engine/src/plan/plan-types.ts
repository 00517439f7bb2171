import type { TaskSet } from '@orchestrate/core';

/** One set of the plan, barriers of `needs:` between flows included in `set.needs`. */
export interface PlannedSet {
  readonly flow: string;
  readonly set: TaskSet;
  /** Backend the tasks run on, the default filled in. */
  readonly backend: string;
}

/** What there is to do, in full, for one loaded project. */
export interface Plan {
  readonly name: string;
  /** Absolute path of the project's folder. */
  readonly projectDirectory: string;
  /** In an order in which every set comes after those it needs. */
  readonly sets: readonly PlannedSet[];
  /** Slots of every named limit, those of the project and those of its flows. */
  readonly limits: Readonly<Record<string, number>>;
  /** Tasks known before anything has run; placeholders count as 0. */
  readonly tasks: number;
  /** Lower-case hex sha256 over names, sizes, digests and needs of all sets: equal graphs have equal digests. */
  readonly digest: string;
}

/** What is known about a set before it runs. */
export interface SetSummary {
  readonly name: string;
  readonly backend: string;
  /** Tasks; 0 and `placeholder` for a set that becomes known only while running. */
  readonly tasks: number;
  readonly placeholder: boolean;
  /** Whether it runs, from what is known without looking at every task: see `reason`. */
  readonly verdict: 'runs' | 'reused' | 'partly' | 'later';
  /** Tasks that look finished already. */
  readonly finished: number;
  /** `never run`, `finished, nothing changed`, `with.matrix changed`, ... */
  readonly reason: string;
  /** How tasks become jobs: `one job each`, `packs of up to 500 calls`. */
  readonly jobs: string;
  /** Requested cpus x time of the tasks that will run, where both are given. */
  readonly cpuHours?: number;
  /** Bytes of outputs that finished tasks left last time. */
  readonly knownOutputBytes?: number;
  /** Labels of the first tasks, for people. */
  readonly examples: readonly string[];
  readonly needs: readonly string[];
}

/** What `orchestrate plan` shows. */
export interface PlanSummary {
  readonly name: string;
  readonly sets: readonly SetSummary[];
  readonly tasks: number;
  readonly toRun: number;
  readonly finished: number;
  readonly cpuHours: number;
  readonly knownOutputBytes: number;
  /** Run that `run` would continue. */
  readonly continues?: string;
  /** Set when files were not looked at, which count as they were left: they lie elsewhere, or were too many. */
  readonly filesLeftOut?: true;
}
