import { isFlowError, type RunId } from '@orchestrate/core';
import type { History, RunLine, TaskView } from '@orchestrate/engine';

/** A task and the run in which it printed what is kept. */
export interface LoggedTask {
  readonly run: RunId;
  readonly task: TaskView;
}

function taskIn(history: History, line: RunLine, name: string): TaskView | undefined {
  try {
    return history.task(name, line.run);
  } catch (error) {
    if (isFlowError(error)) return undefined;
    throw error;
  }
}

/** The task in the run asked for; where it was reused there, in the latest earlier run that has its log. */
export function findLogged(history: History, run: RunId, name: string): LoggedTask {
  const task = history.task(name, run);
  if (task.state !== 'reused' || task.logPaths.length > 0) return { run, task };
  const runs = history.runs();
  const before = runs.slice(
    0,
    runs.findIndex((line) => line.run === run),
  );
  for (const line of before.reverse()) {
    const earlier = taskIn(history, line, name);
    if (earlier !== undefined && earlier.logPaths.length > 0) {
      return { run: line.run, task: earlier };
    }
  }
  return { run, task };
}
