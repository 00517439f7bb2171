import type { CommandBody } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { lookOf } from '../session/look.ts';
import { openProject } from '../session/open-project.ts';
import { renderPlan } from '../views/plan-report.ts';

/** `orchestrate plan`. */
export const plan: CommandBody = async (context) => {
  const { planProject, describePlan, realClock } = await import('@orchestrate/engine');
  const { output } = context;
  const loaded = await openProject(context);
  const planned = await planProject(loaded, { log: terminalLog(output), clock: realClock });
  const summary = describePlan(planned, loaded);
  if (output.isJson) output.answer(summary);
  else output.print(...renderPlan(summary, lookOf(context)));
  return EXIT.succeeded;
};
