import type { RunPlan, RunView, SetPlan, SetView, TaskView } from '@orchestrate/engine';
import { type Attempt, runSeconds } from './attempts.ts';

/** A task of the run, without its logs. */
export type ReportTask = Omit<TaskView, 'logPaths'>;

/** A run as far as its report needs it, taken out of the journal once. */
export interface RunRecord {
  readonly view: RunView;
  readonly plan: RunPlan;
  /** By number. */
  readonly tasks: readonly ReportTask[];
  /** In the order of their submission. */
  readonly attempts: readonly Attempt[];
  /** Milliseconds since 1970. */
  readonly lastAt: number;
}

/** Attempts by task, and what a set was planned as. */
export class RunIndex {
  readonly record: RunRecord;
  readonly #attempts = new Map<number, Attempt[]>();
  readonly #plans: ReadonlyMap<string, SetPlan>;

  constructor(record: RunRecord) {
    this.record = record;
    this.#plans = new Map(record.plan.sets.map((set) => [set.name, set]));
    for (const attempt of record.attempts) {
      const known = this.#attempts.get(attempt.task);
      if (known === undefined) this.#attempts.set(attempt.task, [attempt]);
      else known.push(attempt);
    }
  }

  attemptsOf(task: number): readonly Attempt[] {
    return this.#attempts.get(task) ?? [];
  }

  /** All attempts at the tasks of a set, task by task. */
  attemptsIn({ first, size }: SetView): readonly Attempt[] {
    return Array.from({ length: size }, (_, index) => this.attemptsOf(first + index)).flat();
  }

  /** Running time of all attempts at a task. */
  secondsOf(task: number): number {
    return this.attemptsOf(task).reduce(
      (sum, attempt) => sum + (runSeconds(attempt, this.record.lastAt) ?? 0),
      0,
    );
  }

  planOf(set: string): SetPlan | undefined {
    return this.#plans.get(set);
  }

  /** Sets of each group, in the order of the plan; those that belong to none by themselves. */
  chains(): { readonly group?: string; readonly sets: readonly SetView[] }[] {
    const groups = new Map<string, SetView[]>();
    const chains: { group?: string; sets: SetView[] }[] = [];
    for (const set of this.record.view.sets) {
      const plan = this.planOf(set.name);
      const group = plan?.group?.name;
      const key = `${plan?.flow ?? ''}\n${group ?? ''}`;
      const known = group === undefined ? undefined : groups.get(key);
      if (known !== undefined && known[0]?.size === set.size) {
        known.push(set);
        continue;
      }
      const sets = [set];
      chains.push({ ...(group === undefined ? {} : { group }), sets });
      if (group !== undefined) groups.set(key, sets);
    }
    return chains;
  }
}

/** The label of a task: its name without its set. */
export function labelOf({ name, set }: Pick<ReportTask, 'name' | 'set'>): string {
  return name.startsWith(`${set}/`) ? name.slice(set.length + 1) : name;
}
