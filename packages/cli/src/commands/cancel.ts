import type { CommandBody } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf } from '../output/quantity-text.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { chooseNames } from '../session/choose-names.ts';
import { lookOf } from '../session/look.ts';
import { chooseRun, withHistory } from '../session/open-history.ts';
import { openProject } from '../session/open-project.ts';
import { openProviders } from '../session/open-providers.ts';
import { renderSummary } from '../views/run-report.ts';

/** `orchestrate cancel [TASK...]`. */
export const cancel: CommandBody = async (context) => {
  const { cancelRun, realClock } = await import('@orchestrate/engine');
  const { call, output } = context;
  const tasks = await chooseNames(context);
  const line = await withHistory(context, async (history) => chooseRun(history, call.text('run')));
  const loaded = await openProject(context);
  const log = terminalLog(output);
  await using open = await openProviders(loaded, log);
  const answer = await cancelRun({
    loaded,
    providers: open.providers,
    log,
    clock: realClock,
    version: context.version,
    run: line.run,
    ...(tasks === undefined ? {} : { tasks }),
  });
  if (output.isJson) {
    output.answer(answer);
    return EXIT.succeeded;
  }
  if ('asked' in answer) {
    const what = tasks === undefined ? 'itself' : countOf(tasks.length, 'task');
    output.print(
      `${output.signs.good} told the process that leads run ${answer.asked} to cancel ${what}`,
      '`orchestrate status --watch` shows how it ends.',
    );
    return EXIT.succeeded;
  }
  output.print(...renderSummary(answer.summary, new Map(), lookOf(context)));
  return EXIT.succeeded;
};
