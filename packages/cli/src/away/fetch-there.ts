import { join } from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { bytesText, countOf } from '../output/quantity-text.ts';
import { listProject } from './project-files.ts';
import { homeOfCopy, ownFiles, readTraffic, withFetched, writeTraffic } from './sent-record.ts';
import { runThere, type There } from './there.ts';

/** Never brought home as part of the project: its own home is {@link homeOfCopy}. */
const STATE = '.orchestrate';

/** What leaders said. */
const LEADER_LOGS = ['leader.log', 'leader.errors.log'];

/** Brings home what runs there have made: outputs to their places in the project, logs and plans beside the journal. */
export async function fetchThere(context: CommandContext, there: There): Promise<ExitCode> {
  const { output } = context;
  const { host, loaded, name, place } = there;
  // Says so when nothing was ever brought there.
  await runThere(there, ['--version']);
  const { directory } = loaded;
  const traffic = readTraffic(directory, name);
  if (Object.keys(traffic.sent).length === 0) {
    // What was sent would come back as if it had been made there, over what was changed here since.
    const message = `what was sent to ${name} is not known any more: its record below ${homeOfCopy(directory, name)} is gone`;
    throw cliError('CLI_NOT_THERE', message, { details: { backend: name, host: host.name } });
  }
  const made = await host.fetch(place.project, directory, {
    except: [STATE, ...ownFiles(listProject(directory), traffic)],
    unchanged: traffic.sent,
  });
  writeTraffic(directory, name, withFetched(traffic, directory, made.fetched));
  const runs = join(homeOfCopy(directory, name), 'runs');
  const logs = await host.fetch(`${place.project}/${STATE}/runs`, runs);
  await host.fetch(`${place.project}/${STATE}`, homeOfCopy(directory, name), { only: LEADER_LOGS });
  const files = made.fetched.length;
  const told = { files, bytes: made.bytes, logs: logs.fetched.length, runs };
  if (output.isJson) output.answer(told);
  else {
    output.print(
      `${output.signs.good} ${countOf(files, 'file')} of the project came home from ${host.name}, ${bytesText(made.bytes)}; and ${countOf(told.logs, 'file')} of its runs, ${bytesText(logs.bytes)}`,
    );
  }
  return EXIT.succeeded;
}
