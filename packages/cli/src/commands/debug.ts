import type { DebugJob } from '@orchestrate/core';
import type { CommandBody, CommandContext } from '../command-context.ts';
import { cliError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { openProject } from '../session/open-project.ts';
import { openBackend, openLocalStorages } from '../session/open-providers.ts';
import { processTerminal } from '../session/process-terminal.ts';
import { untilGone } from '../session/until-gone.ts';
import { shellQuote } from '../views/shell-quote.ts';

/** What a task would do, as a person would type it. */
function typed({ work }: DebugJob): string {
  if (work.kind === 'command') return work.argv.map(shellQuote).join(' ');
  if (work.kind === 'shell') return work.script.trimEnd();
  return `${work.module} ${work.export}(${JSON.stringify(work.calls[0]?.args ?? null)})`;
}

async function find(context: CommandContext) {
  const { debugJob, planProject, realClock } = await import('@orchestrate/engine');
  const loaded = await openProject(context);
  const log = terminalLog(context.output);
  const plan = await planProject(loaded, { log, clock: realClock });
  await using open = await openLocalStorages(loaded, log);
  const { storages } = open.providers;
  const task = debugJob({ plan, loaded, storages }, context.call.text('TASK') ?? '');
  return { loaded, log, task };
}

/** `orchestrate debug TASK`. */
export const debug: CommandBody = async (context) => {
  const { output } = context;
  const { loaded, log, task } = await find(context);
  const { name, backend: where, job } = task;
  await using open = await openBackend(loaded, log, where);
  const { backend } = open;
  if (backend.debug === undefined) {
    throw cliError(
      'CLI_NO_DEBUG',
      `jobs of the backend ${where} have no place of their own to look into; ${name} would do this in ${job.directory}:\n${typed(job)}`,
      { details: { backend: where, task: name, directory: job.directory } },
    );
  }
  output.remark(`a shell in the place of ${name} on ${where}; its work would be:`, typed(job));
  const stop = new AbortController();
  using _gone = untilGone(output, () => stop.abort());
  using terminal = processTerminal(output);
  return (await backend.debug(job, terminal, { signal: stop.signal })) as ExitCode;
};
