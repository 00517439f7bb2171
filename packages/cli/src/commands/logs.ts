import type { CommandBody } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { findLogged } from '../session/find-logged.ts';
import { chooseRun, chooseTask, withHistory } from '../session/open-history.ts';
import { protectFromProject } from '../session/protect-from-project.ts';
import { untilGone } from '../session/until-gone.ts';

/** `orchestrate logs TASK`. */
export const logs: CommandBody = async (context) => {
  const { call, output } = context;
  const redactStream = await protectFromProject(context);
  return withHistory(context, async (history) => {
    const chosen = chooseRun(history, call.text('run'));
    const name = chooseTask(history, chosen.run, call.text('TASK') ?? '');
    const { run, task } = findLogged(history, chosen.run, name);
    if (run !== chosen.run) output.remark(`reused; this is its log from run ${run}`);
    const attempt = call.count('attempt');
    const isFollowed = call.has('follow');
    if (!isFollowed && (task.logPaths.length === 0 || (attempt ?? 1) > task.attempts + 1)) {
      const which = attempt === undefined ? '' : ` of attempt ${attempt}`;
      throw cliError('CLI_NO_LOG', `there is no log${which} of ${task.name} (${task.state})`, {
        details: { task: task.name, state: task.state, attempts: task.attempts },
      });
    }
    const stop = new AbortController();
    using _gone = untilGone(output, () => stop.abort());
    const pieces = redactStream(
      history.logs(
        task.name,
        {
          follow: isFollowed,
          signal: stop.signal,
          ...(attempt === undefined ? {} : { attempt }),
        },
        run,
      ),
    );
    const decoder = new TextDecoder();
    const collected: string[] = [];
    for await (const piece of pieces) {
      const text = decoder.decode(piece, { stream: true });
      if (output.isJson) collected.push(text);
      else output.write(text);
      if (output.isBusy) await output.flush();
    }
    collected.push(decoder.decode());
    if (output.isJson) {
      output.answer({ run, task: task.name, state: task.state, text: collected.join('') });
    }
    return EXIT.succeeded;
  });
};
