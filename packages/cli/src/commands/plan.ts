import { existsSync } from 'node:fs';
import type { Logger } from '@orchestrate/core';
import type { LoadedProject, Plan, PlanSummary } from '@orchestrate/engine';
import type { CommandBody } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { lookOf } from '../session/look.ts';
import { leftOutLine, memberOptions } from '../session/member-options.ts';
import { openProject } from '../session/open-project.ts';
import { openLocalStorages } from '../session/open-providers.ts';
import { renderPlan } from '../views/plan-report.ts';

/** Compared with the files that earlier runs read and wrote. */
async function lookedAt(planned: Plan, loaded: LoadedProject, log: Logger): Promise<PlanSummary> {
  const { describePlan } = await import('@orchestrate/engine');
  await using open = await openLocalStorages(loaded, log);
  return describePlan(planned, loaded, { storages: open.providers.storages });
}

/** `orchestrate plan [--only M] [--skip M] [--where NAME=VALUE] [--failed]`. */
export const plan: CommandBody = async (context) => {
  const { planProject, choosePlan, describePlan, journalPath, realClock } = await import(
    '@orchestrate/engine'
  );
  const { output } = context;
  const loaded = await openProject(context);
  const log = terminalLog(output);
  const members = memberOptions(context);
  const whole = await planProject(loaded, { log, clock: realClock });
  const { plan: planned, leftOut } = choosePlan(whole, members === undefined ? {} : { members });
  const summary = existsSync(journalPath(loaded.directory))
    ? await lookedAt(planned, loaded, log)
    : describePlan(planned, loaded);
  if (output.isJson) output.answer(summary);
  else output.print(...renderPlan(summary, lookOf(context)));
  if (leftOut.length > 0 && !output.isJson) output.remark(leftOutLine(leftOut));
  return EXIT.succeeded;
};
