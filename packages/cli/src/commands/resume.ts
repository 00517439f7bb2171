import type { CommandBody } from '../command-context.ts';
import { withKeptCall } from '../session/call-record.ts';
import { leadRun } from '../session/lead-run.ts';
import { chooseRun, withHistory } from '../session/open-history.ts';

/** `orchestrate resume`. */
export const resume: CommandBody = async (context) => {
  const { resumeRun } = await import('@orchestrate/engine');
  const wanted = context.call.text('run');
  const { run, folder } = await withHistory(context, async (history) => {
    const chosen = chooseRun(history, wanted).run;
    return { run: chosen, folder: history.folder(chosen) };
  });
  const options = context.call.has('fail-fast') ? { failFast: true } : {};
  return leadRun(
    withKeptCall(context, folder),
    (request) => resumeRun({ ...request, run }),
    options,
  );
};
