import type { JsonObject } from '@orchestrate/core';
import type { TaskView } from '@orchestrate/engine';
import type { Attempt } from '../report/attempts.ts';
import { labelParameters } from '../report/label-parameters.ts';
import { labelOf } from '../report/run-tasks.ts';
import { setStatistics } from '../report/set-statistics.ts';
import { cleanText, type RedactText } from './clean-value.ts';
import type { OutputTally } from './output-tally.ts';
import type { RunFacts } from './run-facts.ts';

/** A moment as the record writes it. */
export function isoTime(millisecondsSince1970: number): string {
  return new Date(millisecondsSince1970).toISOString();
}

function timesOf(times: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, at]) => (at === undefined ? [] : [[name, isoTime(at)]])),
  );
}

/** What was given to a task: as it was planned; for runs too large for that, as its name tells. */
export function parametersOf({ index }: RunFacts, task: TaskView): JsonObject {
  const kept = index.planOf(task.set)?.parameters?.[task.index];
  return kept ?? labelParameters(labelOf(task));
}

function attemptLine(facts: RunFacts, attempt: Attempt): object {
  const { number, submittedAt, startedAt, endedAt, end, failure, cpuSeconds } = attempt;
  return {
    number,
    backend: facts.attempts.backendOf(attempt),
    ...timesOf({ submittedAt, startedAt, endedAt }),
    end,
    failure,
    cpuSeconds,
  };
}

function taskLine(facts: RunFacts, task: TaskView): object {
  const { name, set, index, state, startedAt, endedAt, failure, because, result, usage } = task;
  const parameters = parametersOf(facts, task);
  const attempts = facts.index.attemptsOf(task.task);
  return {
    name,
    set,
    index,
    state,
    ...timesOf({ startedAt, endedAt }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    failure,
    // The task that kept it from running.
    because: because === undefined || because < 0 ? undefined : facts.nameOf(because),
    result,
    usage,
    ...(attempts.length === 0
      ? {}
      : { attempts: attempts.map((attempt) => attemptLine(facts, attempt)) }),
  };
}

/** Everything but the tasks. */
function headOf(facts: RunFacts, outputs: OutputTally, recordedAt: number): object {
  const { head, view, index, line, software, kept } = facts;
  return {
    record: 1,
    recordedAt: isoTime(recordedAt),
    run: head.run,
    project: head.project,
    state: head.state,
    reason: head.reason,
    ...timesOf({ beganAt: head.beganAt, endedAt: line.endedAt }),
    seconds: head.seconds,
    ledSeconds: head.ledSeconds,
    leaders: head.leaders.map(({ from, to, ...leader }) => ({
      ...leader,
      ...timesOf({ from, to }),
    })),
    // The journal keeps the version a run began with; the rest is what was there when the record was made.
    software: { orchestrate: head.version, whenRecorded: software },
    projectDigest: facts.projectDigest,
    planDigest: facts.graphDigest,
    selection: kept['selection.json'],
    limits: index.record.plan.limits,
    tasksByState: head.counts,
    outputs: outputs.counts,
    sets: view.sets.map((set) => setStatistics(set, index.attemptsIn(set), head.lastAt)),
  };
}

/** The text of `run.json` in pieces, one task a line, so that a large run never is one text. */
export function* runSummary(
  facts: RunFacts,
  outputs: OutputTally,
  options: {
    readonly redact: RedactText;
    readonly recordedAt: number;
    /** Sees each task on the way. */
    readonly onTask: (task: TaskView) => void;
  },
): Generator<string> {
  const { redact, recordedAt, onTask } = options;
  const head = cleanText(headOf(facts, outputs, recordedAt), redact);
  yield `${head.slice(0, -1)},"tasks":[`;
  let lead = '\n';
  for (const task of facts.tasks()) {
    onTask(task);
    yield lead + cleanText(taskLine(facts, task), redact);
    lead = ',\n';
  }
  yield '\n]}\n';
}
