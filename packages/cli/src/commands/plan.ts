import { existsSync } from 'node:fs';
import type { Finding, Logger } from '@orchestrate/core';
import type { LoadedProject, Plan, PlanSummary } from '@orchestrate/engine';
import type { CommandBody, CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { lookOf } from '../session/look.ts';
import { leftOutLine, memberOptions } from '../session/member-options.ts';
import { openProject } from '../session/open-project.ts';
import { openLocalStorages, openProviders } from '../session/open-providers.ts';
import { findingLines } from '../views/finding-lines.ts';
import { renderPlan } from '../views/plan-report.ts';

/** Compared with the files that earlier runs read and wrote. */
async function lookedAt(planned: Plan, loaded: LoadedProject, log: Logger): Promise<PlanSummary> {
  const { describePlan } = await import('@orchestrate/engine');
  await using open = await openLocalStorages(loaded, log);
  return describePlan(planned, loaded, { storages: open.providers.storages });
}

/** What the backends say to the jobs of a plan, without taking them. */
async function checked(planned: Plan, loaded: LoadedProject, log: Logger) {
  const { jobSamples } = await import('../session/job-samples.ts');
  const { byBackend, unknown } = jobSamples(planned);
  await using open = await openProviders(loaded, log, planned);
  const findings: Finding[] = [];
  const unasked: string[] = [];
  for (const [name, samples] of byBackend) {
    const backend = open.providers.backends.get(name);
    if (backend?.check === undefined) unasked.push(name);
    else findings.push(...(await backend.check(samples)));
  }
  return { findings, unasked, unknown };
}

type Checked = Awaited<ReturnType<typeof checked>>;

function showChecked({ findings, unasked, unknown }: Checked, { output }: CommandContext): void {
  if (findings.length > 0) output.print('', ...findingLines(findings, output));
  if (findings.length === 0 && unasked.length > 0) {
    output.print('', `no backend of this plan can be asked beforehand: ${unasked.join(', ')}`);
  }
  if (unknown.length > 0) {
    output.remark(`what these ask for is known only during the run: ${unknown.join(', ')}`);
  }
}

/** `orchestrate plan [--only M] [--skip M] [--where NAME=VALUE] [--failed] [--check]`. */
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
  const check = context.call.has('check') ? await checked(planned, loaded, log) : undefined;
  if (output.isJson) {
    output.answer({ ...summary, ...(check === undefined ? {} : { check: check.findings }) });
  } else {
    output.print(...renderPlan(summary, lookOf(context)));
    if (check !== undefined) showChecked(check, context);
  }
  if (leftOut.length > 0 && !output.isJson) output.remark(leftOutLine(leftOut));
  return check?.findings.some(({ state }) => state === 'bad') ? EXIT.usage : EXIT.succeeded;
};
