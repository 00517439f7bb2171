import type { CommandBody } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { publishRecord } from '../record/publish-record.ts';
import { recordLines } from '../record/record-words.ts';
import { chooseRun, withHistory } from '../session/open-history.ts';
import { openProject } from '../session/open-project.ts';
import { openStorages } from '../session/open-providers.ts';

/** `orchestrate record [RUN] [--to ADDRESS]`. */
export const record: CommandBody = async (context) => {
  const { DIGEST_BYTES } = await import('@orchestrate/engine');
  const { call, output } = context;
  const loaded = await openProject(context);
  const settings = { digestBytes: DIGEST_BYTES, ...loaded.records };
  const to = call.text('to') ?? loaded.records?.to;
  if (to === undefined) {
    throw cliError(
      'CLI_OPTION_VALUE',
      'the project does not say where records go; say it with --to, such as `--to archive:runs/`, or with `records:` in the project file',
    );
  }
  return withHistory(context, async (history) => {
    const line = chooseRun(history, call.text('RUN'));
    await using open = await openStorages(loaded, terminalLog(output), [...loaded.storages.keys()]);
    const published = await publishRecord({
      loaded,
      storages: open.providers.storages,
      history,
      line,
      ...settings,
      to,
      version: context.version,
      recordedAt: Date.now(),
    });
    if (output.isJson) output.answer(published);
    else {
      const [place = '', ...missing] = recordLines(published);
      output.print(place);
      output.remark(...missing);
    }
    return EXIT.succeeded;
  });
};
