import type { Json, JsonObject } from './json.ts';
import type { Logger } from './ports.ts';
import type { RetryPolicy } from './retry.ts';
import type { TaskSpec } from './task.ts';

/** What {@link Need} asks of a task that is waited for. */
interface NeedTerms {
  readonly set: string;
  /**
   * `success` (default): the other must have succeeded; if it never will, this task is skipped. `end`: the other must be
   * over, however it ended: for clean-up, gathering and notices. Not for placeholders, whose tasks are not known.
   */
  readonly after?: 'success' | 'end';
}

/**
 * A dependency on another set of the graph.
 * - `all`: every task of this set waits for every task of the other (a barrier; costs nothing per edge).
 * - `aligned`: task i waits for task i of the other; both sets have the same size.
 * - `edges`: task i waits for the tasks `targets[offsets[i]] .. targets[offsets[i + 1] - 1]` of the other
 *   (`offsets` has size + 1 entries). The other set may be the same one, as long as there is no cycle.
 */
export type Need = NeedTerms &
  (
    | { readonly how: 'all' }
    | { readonly how: 'aligned' }
    | { readonly how: 'edges'; readonly offsets: Uint32Array; readonly targets: Uint32Array }
  );

/** What earlier tasks left, for specs and expansions that build on it. Only sets in `needs` may be asked. */
export interface Results {
  /** The result of a succeeded task; `undefined` when it returned nothing, or did not succeed. */
  result(set: string, index: number): Json | undefined;
  /** Number of tasks of a set (of all its parts, when it was expanded). */
  size(set: string): number;
}

/** Makes a chain of tasks hold one slot of a limit, from the first start to the last end: an ensemble member. */
export interface Group {
  /** Sets with the same group name belong together; task i of each is in group i. All have the same size. */
  readonly name: string;
  /** The limit a slot is taken from, if any. */
  readonly limit?: string;
}

/** A check is polled: it is run again until it exits with 0, or, as a function,
 * returns something other than `false`, without using up attempts or slots in between. */
export interface CheckPolicy {
  /** Seconds from the end of one poll to the start of the next. */
  readonly everySeconds: number;
  /** Seconds from the first poll after which it has failed, as `timeout`. */
  readonly timeoutSeconds: number;
}

/** Alike tasks, described once; never as one object per task. All functions are pure. */
export interface TaskSet {
  /** Unique in the run: `flow.task`. */
  readonly name: string;
  /** Number of tasks, 0 allowed. Ignored when `expand` is given. */
  readonly size: number;
  /**
   * Equal digests promise equal `spec`s for every index, as far as those do not depend on {@link Results}.
   * Lower-case hex sha256 of everything that goes in.
   */
  readonly digest: string;
  /** Unique within the set, stable across runs while parameters stay the same: `thickness=100.0,slope=0.1`. '' for a lone task. */
  label(index: number): string;
  /** The task in full. */
  spec(index: number, results: Results): TaskSpec;
  /** Values that tell tasks apart, for tables and selections. */
  parameters?(index: number): JsonObject;
  readonly needs?: readonly Need[];
  /** Name of a backend of the project; `leader` runs function tasks inside the leading process. Default: the project's default. */
  readonly backend?: string;
  /**
   * Asked when a task could start, with what the tasks it needs have left: `false` and it is not needed. It and all that
   * needs it are then skipped, which is no failure. Without it every task is needed.
   */
  when?(index: number, results: Results): boolean;
  /** Whether any spec has inputs; a set without them needs no look at files before it starts. Default true. */
  readonly hasInputs?: boolean;
  /** Whether any spec has outputs; a set without them needs no look at files after it ended. Default true. */
  readonly hasOutputs?: boolean;
  /** Whether finished work may be used again. Default true; false for a set that waits for the `end` of others. */
  readonly reuse?: boolean;
  /** Limit name -> slots a running task holds. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly group?: Group;
  /** Higher starts first. Default 0. */
  readonly priority?: number;
  readonly retry?: RetryPolicy;
  readonly check?: CheckPolicy;
  /** Seconds a job may wait in the backend's queue before it is cancelled and retried elsewhere or failed. */
  readonly queueSeconds?: number;
  /** Seconds without a sign of life after which a running job is ended as `timeout`. */
  readonly idleSeconds?: number;
  /** Makes the set a placeholder for others. */
  readonly expand?: Expansion;
}

/** What a placeholder becomes once the sets it needs are done. */
export interface Expansion {
  /**
   * The sets in its place, named like all sets of the flow, `<flow>.<part>`, or as the placeholder itself; they may hold
   * placeholders again, and so go on for as long as the results ask for it. Pure: the same results give the same sets. The
   * placeholder counts as done when all of them are.
   */
  into(results: Results): readonly TaskSet[];
}

/** What there is to do. */
export interface TaskGraph {
  readonly sets: readonly TaskSet[];
  /** Limits of the flow's own, beside those of the project: name -> slots. Names start with `<context.name>.`. */
  readonly limits?: Readonly<Record<string, number>>;
}

/** What a flow may look at while it plans. */
export interface FlowContext {
  /** Name of the flow in the project file. */
  readonly name: string;
  /** Name of the project, for templates and names of things made outside. */
  readonly projectName: string;
  /** Absolute path of the project's folder. */
  readonly projectDirectory: string;
  /** Name of the backend given for the flow, if any. */
  readonly backend?: string;
  readonly log: Logger;
  /**
   * Text of a file below the project's folder, for parameter tables and templates.
   * @throws PROJECT_FILE_UNREADABLE, PATH_OUTSIDE
   */
  readText(path: string): string;
  /** Lower-case hex sha256 of a text. */
  sha256(text: string): string;
  /** Sets of the flows this one needs: task names of a whole flow to depend on. */
  readonly upstream: readonly TaskSet[];
  /**
   * Plans tasks that are described in the words of the project file: parameters and `tasks`, as in a flow without `use`.
   * For flows that are made of commands and functions, which so get the same expressions, quoting and checks as everybody.
   * Values keep the form in which they were written where the description holds the values it was given.
   * @param placeOf where a path of the description was written in the options of the flow, so that a problem is shown with
   *   its line; absent: at the same path
   * @throws INLINE_FLOW_INVALID with every problem in `details.problems`, paths starting at the options
   */
  planTasks(
    description: object,
    placeOf?: (path: readonly (string | number)[]) => readonly (string | number)[],
  ): TaskGraph;
}

/** A definition: parameters -> task graph. */
export interface Flow {
  /** Pure but for `context.readText`; the same project gives the same graph. Set names start with `<context.name>.`. */
  plan(context: FlowContext): TaskGraph;
}
