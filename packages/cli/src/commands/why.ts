import type { CommandBody } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { lookOf } from '../session/look.ts';
import { chooseRun, chooseTask, withHistory } from '../session/open-history.ts';
import { renderExplanation } from '../views/explanation.ts';

/** `orchestrate why TASK`. */
export const why: CommandBody = async (context) =>
  withHistory(context, async (history) => {
    const { call, output } = context;
    const { run } = chooseRun(history, call.text('run'));
    const name = chooseTask(history, run, call.text('TASK') ?? '');
    const explanation = history.explain(name, run);
    if (output.isJson) output.answer({ run, ...explanation });
    else output.print(...renderExplanation(explanation, lookOf(context)));
    return EXIT.succeeded;
  });
