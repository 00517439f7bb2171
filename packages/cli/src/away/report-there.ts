import { copyFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { CommandSpec } from '../arguments/command-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openerFor, openPage } from '../report/open-page.ts';
import { wordsOf } from './call-words.ts';
import { relay } from './relay.ts';
import { homeOfCopy } from './sent-record.ts';
import { runThere, type There } from './there.ts';

/** Has the page written there, and brings it home. */
export async function reportThere(
  context: CommandContext,
  command: CommandSpec,
  there: There,
): Promise<ExitCode> {
  const { call, directory, environment, output } = context;
  const wanted = call.text('output');
  if (output.isJson && wanted === undefined) return relay(context, command, there);
  const words = wordsOf(call, command, ['on', 'json', 'output', 'open-no', 'color'], ['--open-no']);
  let text = '';
  const decoder = new TextDecoder();
  const { code, stderr } = await runThere(there, words, {
    onOutput: (piece) => {
      text += decoder.decode(piece, { stream: true });
    },
  });
  if (stderr !== '') output.note(stderr.trimEnd());
  if (code !== EXIT.succeeded) return code as ExitCode;
  const { host, loaded, name, place } = there;
  const written = text.trim();
  // `.orchestrate/runs/<run>/report.html` there.
  const folder = dirname(written);
  const run = folder.split('/').at(-1) ?? '';
  const home = join(homeOfCopy(loaded.directory, name), 'runs', run);
  await host.fetch(`${place.project}/${folder}`, home, { only: ['report.html'] });
  let page = join(home, 'report.html');
  if (wanted !== undefined) {
    page = resolve(directory, wanted);
    copyFileSync(join(home, 'report.html'), page);
  }
  output.print(relative(directory, page) || page);
  const opener = openerFor(environment, process.platform);
  if (output.isTerminal && !call.has('open-no') && opener !== undefined) openPage(opener, page);
  return EXIT.succeeded;
}
