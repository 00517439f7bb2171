import type { CommandBody, CommandContext } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { lookOf } from '../session/look.ts';
import { chooseRun, withHistory } from '../session/open-history.ts';
import { renderRuns, renderStatus } from '../views/status-report.ts';

async function listRuns(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const runs = await withHistory(context, async (history) =>
    [...history.runs()].sort((left, right) => right.beganAt - left.beganAt),
  );
  if (output.isJson) output.answer({ runs });
  else if (runs.length === 0) output.print('this project has not been run yet');
  else output.print(...renderRuns(runs, Date.now(), lookOf(context)));
  return EXIT.succeeded;
}

/** `orchestrate status`. */
export const status: CommandBody = async (context) => {
  const { call, output } = context;
  if (call.has('all')) return listRuns(context);
  if (call.has('watch')) {
    const { watchRun } = await import('../session/watch-run.ts');
    return watchRun(context);
  }
  return withHistory(context, async (history) => {
    const line = chooseRun(history, call.text('run'));
    const view = history.view(line.run);
    if (output.isJson) output.answer({ state: line.state, ...view });
    else output.print(...renderStatus(view, line, Date.now(), lookOf(context)));
    return EXIT.succeeded;
  });
};
