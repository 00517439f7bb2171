import { dirname } from 'node:path';
import type { NamedTask, RunId } from '@orchestrate/core';
import type { History, RunLine } from '@orchestrate/engine';
import type { CommandContext } from '../command-context.ts';
import { matchTasks } from '../commands/task-selection.ts';
import { cliError } from '../errors.ts';
import { nearest } from '../output/nearest.ts';
import { countOf } from '../output/quantity-text.ts';
import { projectFile } from './open-project.ts';

const MOST_CANDIDATES = 20;

/** Opens the journal beside the project of a call; the project file itself is not read, so it may be broken or gone. */
async function openProjectHistory(context: CommandContext): Promise<History> {
  const { openHistory } = await import('@orchestrate/engine');
  return openHistory(dirname(projectFile(context)));
}

/**
 * The run a call is about: the one `--run` begins to name, or the latest.
 * @throws CLI_NO_RUN, CLI_UNKNOWN_RUN
 */
export function chooseRun(history: History, wanted: string | undefined): RunLine {
  const runs = history.runs();
  if (wanted === undefined) {
    const latest = runs.reduce<RunLine | undefined>(
      (last, line) => (last === undefined || line.beganAt >= last.beganAt ? line : last),
      undefined,
    );
    if (latest === undefined) throw cliError('CLI_NO_RUN', 'this project has not been run yet');
    return latest;
  }
  const fitting = runs.filter((line) => line.run.startsWith(wanted));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  throw cliError(
    'CLI_UNKNOWN_RUN',
    only === undefined
      ? `there is no run \`${wanted}\``
      : `\`${wanted}\` is the beginning of ${countOf(fitting.length, 'run')}: ${fitting.map((line) => line.run).join(', ')}`,
    { details: { run: wanted } },
  );
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_CANDIDATES).map((name) => `\n${name}`);
  const hidden = names.length - shown.length;
  return `${shown.join('')}${hidden > 0 ? `\nand ${hidden} more` : ''}`;
}

/** Every task of a run by name, without anything else about it. */
export function namedTasks(history: History, run: RunId): readonly NamedTask[] {
  const names = history.names(run);
  return history.view(run).sets.flatMap(({ name, first, size }) =>
    Array.from({ length: size }, (_entry, index) => ({
      name: names.task(first + index),
      set: name,
      index,
    })),
  );
}

/**
 * The name of the one task a person named.
 * @throws CLI_UNKNOWN_TASK, CLI_AMBIGUOUS_TASK with the candidates
 */
export function chooseTask(history: History, run: RunId, wanted: string): string {
  const tasks = namedTasks(history, run);
  const fitting = matchTasks(wanted, tasks);
  const [only] = fitting;
  if (only === undefined) throw unknownTask(wanted, run, tasks);
  if (fitting.length === 1) return only.name;
  throw cliError(
    'CLI_AMBIGUOUS_TASK',
    `\`${wanted}\` fits ${countOf(fitting.length, 'task')}:${listed(fitting.map((task) => task.name))}`,
    { details: { task: wanted, candidates: fitting.slice(0, 1000).map((task) => task.name) } },
  );
}

/** The error for a text that names no task of a run. */
export function unknownTask(wanted: string, run: RunId, tasks: readonly NamedTask[]): Error {
  const meant = nearest(
    wanted,
    tasks.slice(0, 2000).map((task) => task.name),
  );
  return cliError(
    'CLI_UNKNOWN_TASK',
    `run ${run} has no task \`${wanted}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`,
    { details: { task: wanted, run } },
  );
}

/** Runs `body` with the history open, and closes it whatever happens. */
export async function withHistory<T>(
  context: CommandContext,
  body: (history: History) => Promise<T>,
): Promise<T> {
  const history = await openProjectHistory(context);
  try {
    return await body(history);
  } finally {
    history[Symbol.dispose]();
  }
}
