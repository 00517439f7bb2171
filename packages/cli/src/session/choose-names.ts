import type { CommandContext } from '../command-context.ts';
import { matchTasks } from '../commands/task-selection.ts';
import { chooseRun, namedTasks, unknownTask, withHistory } from './open-history.ts';

/**
 * Names of all tasks that the arguments of a call mean, in the run it is about; `undefined` without arguments.
 * @throws CLI_UNKNOWN_TASK for an argument that fits none
 */
export async function chooseNames(context: CommandContext): Promise<readonly string[] | undefined> {
  const wanted = context.call.texts('TASK');
  if (wanted.length === 0) return undefined;
  return withHistory(context, async (history) => {
    const { run } = chooseRun(history, context.call.text('run'));
    const tasks = namedTasks(history, run);
    const names = wanted.flatMap((text) => {
      const fitting = matchTasks(text, tasks);
      if (fitting.length > 0) return fitting.map((task) => task.name);
      throw unknownTask(text, run, tasks);
    });
    return [...new Set(names)];
  });
}
