import type { CommandBody } from '../command-context.ts';
import { leadRun } from '../session/lead-run.ts';
import { memberOptions } from '../session/member-options.ts';

/** `orchestrate run [PART...] [--only M] [--skip M] [--where NAME=VALUE] [--failed]`. */
export const run: CommandBody = async (context) => {
  const { startRun } = await import('@orchestrate/engine');
  const { call } = context;
  const only = call.texts('PART');
  const members = memberOptions(context);
  return leadRun(context, startRun, {
    tellPlan: true,
    // Left out, the project decides by `run.keepGoing`.
    ...(call.has('fail-fast') ? { failFast: true } : {}),
    fresh: call.has('fresh'),
    abandon: call.has('abandon'),
    ...(only.length === 0 ? {} : { only }),
    ...(members === undefined ? {} : { members }),
  });
};
