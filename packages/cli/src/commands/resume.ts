import type { CommandBody } from '../command-context.ts';
import { leadRun } from '../session/lead-run.ts';
import { chooseRun, withHistory } from '../session/open-history.ts';

/** `orchestrate resume`. */
export const resume: CommandBody = async (context) => {
  const { resumeRun } = await import('@orchestrate/engine');
  const wanted = context.call.text('run');
  const run = await withHistory(context, async (history) => chooseRun(history, wanted).run);
  const options = context.call.has('fail-fast') ? { failFast: true } : {};
  return leadRun(context, (request) => resumeRun({ ...request, run }), options);
};
