import type { CommandBody } from '../command-context.ts';
import { leadRun } from '../session/lead-run.ts';

/** `orchestrate retry [TASK...]`. */
export const retry: CommandBody = async (context) => {
  const { retryRun } = await import('@orchestrate/engine');
  const { chooseNames } = await import('../session/choose-names.ts');
  const tasks = await chooseNames(context);
  return leadRun(
    context,
    (request) => retryRun(tasks === undefined ? request : { ...request, tasks }),
    context.call.has('fail-fast') ? { failFast: true } : {},
  );
};
