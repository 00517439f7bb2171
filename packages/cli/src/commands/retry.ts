import type { CommandBody } from '../command-context.ts';
import { withKeptCall } from '../session/call-record.ts';
import { leadRun } from '../session/lead-run.ts';
import { withHistory } from '../session/open-history.ts';

/** `orchestrate retry [TASK...]`. */
export const retry: CommandBody = async (context) => {
  const { retryRun } = await import('@orchestrate/engine');
  const { chooseNames } = await import('../session/choose-names.ts');
  const tasks = await chooseNames(context);
  const folder = await withHistory(context, async (history) => history.folder());
  return leadRun(
    withKeptCall(context, folder),
    (request) => retryRun(tasks === undefined ? request : { ...request, tasks }),
    context.call.has('fail-fast') ? { failFast: true } : {},
  );
};
