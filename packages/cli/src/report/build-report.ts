import type { History, RunLine } from '@orchestrate/engine';
import { AttemptFold } from './attempts.ts';
import { ExpansionFold, failureList, withLogs } from './failure-list.ts';
import { type RedactStream, readLogEnd } from './log-end.ts';
import type { FailureEntry, LogEnd, Report } from './report-types.ts';
import { rowTables } from './row-tables.ts';
import { LeaderFold, runHead } from './run-head.ts';
import { type ReportTask, RunIndex } from './run-tasks.ts';
import { setStatistics } from './set-statistics.ts';
import { timeline } from './timeline.ts';
import { useOfLimits } from './use-of-limits.ts';

/** Failures whose logs are shown, and logs of each. */
const MOST_LOGGED = 50;
const MOST_LOGS = 5;

/** What a report cannot take from the journal. */
export interface ReportOptions {
  /** Options of the call that advised commands need as well: ` --config other.yaml`, or nothing. */
  readonly options: string;
}

function bare(task: ReportTask & { readonly logPaths?: readonly string[] }): ReportTask {
  // Field by field: a spread would ask for the logs of every task.
  const { name, set, index, state, attempts, startedAt, endedAt, failure, because, result } = task;
  return {
    task: task.task,
    name,
    set,
    index,
    state,
    attempts,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(failure === undefined ? {} : { failure }),
    ...(because === undefined ? {} : { because }),
    ...(result === undefined ? {} : { result }),
  };
}

/** The report of a run, but for logs: of the journal and the plan beside it alone, so that the same run gives the same. */
export function buildReport(history: History, line: RunLine, { options }: ReportOptions): Report {
  const [attempts, leaders] = [new AttemptFold(), new LeaderFold()];
  const expansions = new ExpansionFold();
  for (const entry of history.entries(line.run)) {
    attempts.feed(entry);
    leaders.feed(entry);
    expansions.feed(entry);
  }
  const view = history.view(line.run);
  const head = runHead({ view, line }, leaders, options);
  const index = new RunIndex({
    view,
    plan: history.plan(line.run),
    tasks: Array.from(history.tasks({}, line.run), bare),
    attempts: attempts.attempts,
    lastAt: head.lastAt,
  });
  return {
    report: 1,
    head,
    ...failureList(index, expansions.failed),
    tables: rowTables(index),
    statistics: view.sets.map((set) => setStatistics(set, index.attemptsIn(set), head.lastAt)),
    timeline: timeline(index),
    use: useOfLimits(index),
  };
}

async function logsOf(
  { task, failure }: FailureEntry,
  logPaths: (task: string) => readonly string[],
  redact: RedactStream,
): Promise<readonly LogEnd[]> {
  if (failure === 'expansion') return [];
  const ends: LogEnd[] = [];
  for (const path of logPaths(task).slice(-MOST_LOGS)) {
    const end = await readLogEnd(path, redact);
    if (end !== undefined) ends.push(end);
  }
  return ends;
}

/** Puts the ends of the logs of failed tasks into a report. */
export async function addLogs(
  report: Report,
  logPaths: (task: string) => readonly string[],
  redact: RedactStream,
): Promise<Report> {
  const logs = new Map<string, readonly LogEnd[]>();
  for (const failure of report.failures.slice(0, MOST_LOGGED)) {
    logs.set(failure.task, await logsOf(failure, logPaths, redact));
  }
  return { ...report, failures: withLogs(report.failures, logs) };
}
