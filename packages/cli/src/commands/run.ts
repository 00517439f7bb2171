import type { CommandBody } from '../command-context.ts';
import { leadRun } from '../session/lead-run.ts';

/** `orchestrate run [PART...]`. */
export const run: CommandBody = async (context) => {
  const { startRun } = await import('@orchestrate/engine');
  const { call } = context;
  const only = call.texts('PART');
  return leadRun(context, startRun, {
    tellPlan: true,
    failFast: call.has('fail-fast'),
    fresh: call.has('fresh'),
    abandon: call.has('abandon'),
    ...(only.length === 0 ? {} : { only }),
  });
};
