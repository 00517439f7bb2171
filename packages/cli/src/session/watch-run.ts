import type { History, RunLine } from '@orchestrate/engine';
import type { CommandContext } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { lineLog } from '../output/line-log.ts';
import { LineDisplay } from '../progress/line-display.ts';
import { LiveDisplay } from '../progress/live-display.ts';
import type { RunDisplay } from '../progress/run-display.ts';
import { renderStatus } from '../views/status-report.ts';
import { lookOf } from './look.ts';
import { chooseRun, withHistory } from './open-history.ts';
import { realLater } from './real-later.ts';
import { untilGone } from './until-gone.ts';
import { untilRunBegins } from './until-run-begins.ts';

const LOOK_FOR_LEADER_MILLISECONDS = 2_000;

async function chooseDisplay(context: CommandContext, isLive: boolean): Promise<RunDisplay> {
  const { output } = context;
  if (!isLive) {
    return new LineDisplay(lineLog(output));
  }
  const { realClock } = await import('@orchestrate/engine');
  return new LiveDisplay({ output, clock: realClock, later: realLater });
}

/** Shows entries as they come, until the run ends, its leader is gone, or nobody looks any more. */
async function follow(
  context: CommandContext,
  history: History,
  line: RunLine,
  display: RunDisplay,
  isLive: boolean,
): Promise<void> {
  const names = history.names(line.run);
  const known = history.view(line.run).through;
  const stop = new AbortController();
  using _gone = untilGone(context.output, () => stop.abort());
  // A leader that was killed says nothing any more; that nobody leads the run is seen at its lock.
  const timer = setInterval(() => {
    if (chooseRun(history, line.run).state !== 'running') stop.abort();
  }, LOOK_FOR_LEADER_MILLISECONDS);
  try {
    for await (const entries of history.follow(line.run, 0, stop.signal)) {
      const last = entries.at(-1)?.sequence ?? -1;
      if (isLive && last <= known) display.past(entries);
      else display.entries(entries, names);
      if (line.state !== 'running' && last >= known) break;
    }
  } finally {
    clearInterval(timer);
  }
}

/** Follows a run that another process leads, by its journal alone. */
export async function watchRun(context: CommandContext): Promise<ExitCode> {
  const { call, output } = context;
  const isLive = output.isTerminal && !output.isJson;
  if (call.text('run') === undefined) await untilRunBegins(context);
  return withHistory(context, async (history) => {
    const line = chooseRun(history, call.text('run'));
    using display = await chooseDisplay(context, isLive);
    if (line.state === 'running') display.began(line.run, line.name);
    await follow(context, history, line, display, isLive);
    display[Symbol.dispose]();
    if (isLive) {
      const now = chooseRun(history, line.run);
      output.print(...renderStatus(history.view(line.run), now, Date.now(), lookOf(context)));
    }
    return EXIT.succeeded;
  });
}
