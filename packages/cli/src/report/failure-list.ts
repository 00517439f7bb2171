import { countOf, type JournalEntry } from '@orchestrate/engine';
import type { FailureEntry, LogEnd } from './report-types.ts';
import type { ReportTask, RunIndex } from './run-tasks.ts';

/** Failures that are told in full; the tables name the others. */
const MOST_FAILURES = 200;

/** Follows what was skipped back to what failed. */
function rootOf(task: ReportTask, tasks: readonly ReportTask[]): number {
  let at = task;
  for (let step = 0; step < tasks.length; step += 1) {
    const next = at.because === undefined || at.state !== 'skipped' ? undefined : tasks[at.because];
    if (next === undefined || next === at) break;
    at = next;
  }
  return at.task;
}

/** Tasks skipped because of each task. */
function skippedBy(tasks: readonly ReportTask[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const task of tasks) {
    if (task.state !== 'skipped' || (task.because ?? -1) < 0) continue;
    const root = rootOf(task, tasks);
    counts.set(root, (counts.get(root) ?? 0) + 1);
  }
  return counts;
}

/** A placeholder that could not be replaced. */
interface FailedExpansion {
  readonly placeholder: string;
  readonly message: string;
  readonly at: number;
  skipped: number;
}

/** Placeholders that could not be replaced, and what was skipped because of them: the fold of a run's entries. */
export class ExpansionFold {
  readonly failed: FailedExpansion[] = [];

  feed({ fact, at }: JournalEntry): void {
    if (fact.type === 'expand-failed') {
      const { placeholder, message } = fact;
      this.failed.push({ placeholder, message, at, skipped: 0 });
    }
    if (fact.type !== 'skipped' || fact.placeholder === undefined) return;
    const cause = this.failed.find(({ placeholder }) => placeholder === fact.placeholder);
    if (cause !== undefined) cause.skipped += countOf(fact.tasks);
  }
}

/** Tasks that failed for good and what was skipped because of them, first come first; logs are put in later. */
export function failureList(
  index: RunIndex,
  expansions: ExpansionFold['failed'],
): { readonly failures: readonly FailureEntry[]; readonly failedTasks: number } {
  const { tasks } = index.record;
  const skipped = skippedBy(tasks);
  const failed = tasks.flatMap((task): FailureEntry[] =>
    task.state !== 'failed' || task.failure === undefined
      ? []
      : [
          {
            task: task.name,
            ...(task.endedAt === undefined ? {} : { at: task.endedAt }),
            ...task.failure,
            attempts: task.attempts,
            skipped: skipped.get(task.task) ?? 0,
            logs: [],
          },
        ],
  );
  const unmade = expansions.map(
    ({ placeholder, message, at, skipped: count }): FailureEntry => ({
      task: placeholder,
      at,
      failure: 'expansion',
      message,
      attempts: 0,
      skipped: count,
      logs: [],
    }),
  );
  const all = [...failed, ...unmade].sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return { failures: all.slice(0, MOST_FAILURES), failedTasks: all.length };
}

/** The same list with the ends of logs. */
export function withLogs(
  failures: readonly FailureEntry[],
  logs: ReadonlyMap<string, readonly LogEnd[]>,
): FailureEntry[] {
  return failures.map((failure) => ({ ...failure, logs: logs.get(failure.task) ?? [] }));
}
