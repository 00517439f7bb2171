import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { CommandBody, CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { addLogs, buildReport } from '../report/build-report.ts';
import { openerFor, openPage } from '../report/open-page.ts';
import { renderReport } from '../report/render-report.ts';
import { chooseRun, withHistory } from '../session/open-history.ts';
import { protectFromProject } from '../session/protect-from-project.ts';
import { shellQuote } from '../views/shell-quote.ts';

/** Options that decide which project is meant, for commands that the report advises. */
function projectOptions({ call }: CommandContext): string {
  const config = call.text('config');
  const words = [
    ...(config === undefined ? [] : ['--config', config]),
    ...call.texts('profile').flatMap((profile) => ['--profile', profile]),
  ];
  return words.map((word) => ` ${shellQuote(word)}`).join('');
}

/** Whole or not at all: a page that is open in a browser is never half of a new one. */
function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, text);
  renameSync(aside, path);
}

/** `orchestrate report`. */
export const report: CommandBody = async (context) => {
  const { call, output, directory, environment } = context;
  const redact = await protectFromProject(context);
  return withHistory(context, async (history) => {
    const line = chooseRun(history, call.text('run'));
    const built = await addLogs(
      buildReport(history, line, { options: projectOptions(context) }),
      (task) => history.task(task, line.run).logPaths,
      redact,
    );
    const wanted = call.text('output');
    if (output.isJson) output.answer(built);
    if (output.isJson && wanted === undefined) return EXIT.succeeded;
    const path =
      wanted === undefined
        ? join(history.folder(line.run), 'report.html')
        : resolve(directory, wanted);
    writeWhole(path, renderReport(built));
    if (output.isJson) return EXIT.succeeded;
    output.print(relative(directory, path) || path);
    const opener = openerFor(environment, process.platform);
    if (output.isTerminal && !call.has('open-no') && opener !== undefined) openPage(opener, path);
    return EXIT.succeeded;
  });
};
