import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Logger } from '@orchestrate/core';
import type { JournalEntry, Names, RunHandle, RunRequest, RunSummary } from '@orchestrate/engine';
import type { CommandContext } from '../command-context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { lineLog } from '../output/line-log.ts';
import { LineDisplay } from '../progress/line-display.ts';
import { LiveDisplay } from '../progress/live-display.ts';
import type { RunDisplay } from '../progress/run-display.ts';
import { SetTimes } from '../progress/set-times.ts';
import { renderSummary, summaryAnswer } from '../views/run-report.ts';
import { keepCall } from './call-record.ts';
import { exitOf } from './exit-of-summary.ts';
import { leftOutLine } from './member-options.ts';
import { openProject } from './open-project.ts';
import { openProviders } from './open-providers.ts';
import { realLater } from './real-later.ts';
import { listenForStops } from './stop-signals.ts';
import { keepYoungGeneration } from './young-generation.ts';

/** Begins or continues a run; the difference between `run`, `resume` and `retry`. */
export type BeginRun = (request: RunRequest) => Promise<RunHandle>;

/** Files that are looked at to say beforehand what will run; the run looks at all of them itself. */
const MOST_FILES = 10_000;

async function chooseLog(context: CommandContext, isLive: boolean): Promise<Logger> {
  if (isLive) return (await import('../output/terminal-log.ts')).terminalLog(context.output);
  return lineLog(context.output);
}

/** Hands entries on in order and without gaps, also those from before this process led the run. */
class Feed {
  readonly times = new SetTimes();
  readonly #display: RunDisplay;
  #held: { readonly entries: readonly JournalEntry[]; readonly names: Names }[] | undefined = [];

  constructor(display: RunDisplay) {
    this.#display = display;
  }

  take(entries: readonly JournalEntry[], names: Names): void {
    if (this.#held !== undefined) {
      this.#held.push({ entries, names });
      return;
    }
    for (const entry of entries) this.times.add(entry);
    this.#display.entries(entries, names);
  }

  /** Tells what was missed, then what was held back meanwhile. */
  release(past: readonly JournalEntry[]): void {
    for (const entry of past) this.times.add(entry);
    this.#display.past(past);
    const last = past.at(-1)?.sequence ?? -1;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { entries, names } of held) {
      this.take(
        entries.filter((entry) => entry.sequence > last),
        names,
      );
    }
  }

  /** First sequence number that was held back. */
  get firstHeld(): number | undefined {
    return this.#held?.[0]?.entries[0]?.sequence;
  }
}

async function pastOf(
  context: CommandContext,
  handle: RunHandle,
  before: number | undefined,
): Promise<readonly JournalEntry[]> {
  if (!handle.continued) return [];
  const { withHistory } = await import('./open-history.ts');
  return withHistory(context, async (history) => {
    const { through } = history.view(handle.id);
    const upTo = before === undefined ? through : Math.min(through, before - 1);
    const past: JournalEntry[] = [];
    const stop = new AbortController();
    for await (const entries of history.follow(handle.id, 0, stop.signal)) {
      past.push(...entries.filter((entry) => entry.sequence <= upTo));
      if ((entries.at(-1)?.sequence ?? upTo) >= upTo) break;
    }
    stop.abort();
    return past;
  });
}

function showSummary(
  context: CommandContext,
  summary: RunSummary,
  times: SetTimes,
  isLive: boolean,
): void {
  const { output, directory } = context;
  if (output.isJson) {
    // The last of many lines, on a terminal as well.
    output.print(JSON.stringify({ type: 'summary', ...summaryAnswer(summary) }));
    return;
  }
  const lines = renderSummary(summary, times.seconds(), {
    paint: isLive ? output.paint : output.errorPaint,
    signs: output.signs,
    width: output.width,
    path: (absolute) => relative(directory, absolute),
  });
  // Standard output holds lines of JSON where nobody looks at it; the table is for whoever reads the rest.
  if (isLive) output.print(...(output.level === 'quiet' ? lines : ['', ...lines]));
  else output.note(...lines);
}

type LogPathOf = (task: number, attempt: number) => string | undefined;

/** Where the log of an attempt is, for people; `undefined` when it printed nothing. */
function attemptLog(
  { directory }: CommandContext,
  handle: RunHandle,
  task: number,
  attempt: number,
): string | undefined {
  const place = handle.names.place(task);
  if (place === undefined) return undefined;
  const file = join(handle.directory, 'logs', place.set, `${place.index}.${attempt}.log`);
  return existsSync(file) ? relative(directory, file) : undefined;
}

/** Loads the project, begins the run, accompanies it to its end and tells how it ended. */
export async function leadRun(
  context: CommandContext,
  begin: BeginRun,
  options: RunRequest['options'] & { readonly tellPlan?: boolean } = {},
): Promise<ExitCode> {
  const { output } = context;
  const engine = await import('@orchestrate/engine');
  const loaded = await openProject(context);
  const isLive = output.isTerminal && !output.isJson;
  const log = await chooseLog(context, isLive);
  const clock = engine.realClock;
  const { tellPlan, ...wishes } = options;

  const plan = await engine.planProject(loaded, { log, clock });
  await using open = await openProviders(loaded, log, plan);
  if (tellPlan && !output.isJson) {
    const { planHeadline } = await import('../views/plan-report.ts');
    const { plan: chosen, leftOut } = engine.choosePlan(plan, wishes);
    const { storages } = open.providers;
    const looks = { ...wishes, storages, mostFiles: MOST_FILES };
    output.remark(...planHeadline(engine.describePlan(chosen, loaded, looks), loaded));
    if (leftOut.length > 0) output.remark(leftOutLine(leftOut));
  }
  let logPath: LogPathOf = () => undefined;
  using display: RunDisplay = isLive
    ? new LiveDisplay({ output, clock, later: realLater, logPath: (...of) => logPath(...of) })
    : new LineDisplay(log);
  const feed = new Feed(display);
  const handle = await begin({
    loaded,
    providers: open.providers,
    plan,
    log,
    clock,
    version: context.version,
    onEntries: (entries, names) => feed.take(entries, names),
    options: wishes,
  });
  if (!handle.continued) keepCall(handle.directory, context);
  keepYoungGeneration(plan.tasks);
  logPath = (task, attempt) => attemptLog(context, handle, task, attempt);
  using _signals = listenForStops(handle, {
    tell: (text) => display.notice(text),
    quit: () => output.dropFooter(),
  });
  if (handle.continued && !output.isJson) {
    output.remark(`continuing run ${handle.id}`);
  }
  if (isLive && output.level !== 'quiet') display.began(handle.id, loaded.name);
  feed.release(await pastOf(context, handle, feed.firstHeld));
  const summary = await handle.done;
  display[Symbol.dispose]();
  const show = () => showSummary(context, summary, feed.times, isLive);
  if (loaded.records === undefined) {
    show();
    return exitOf(summary);
  }
  const { recordAfterRun } = await import('../record/record-after-run.ts');
  return await recordAfterRun(context, { loaded, providers: open.providers, summary }, show);
}
