import type { LoadedProjectFile, Providers, RecordSettings, RunSummary } from '@orchestrate/engine';
import type { CommandContext } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { renderError, reportError } from '../output/render-error.ts';
import { exitOf } from '../session/exit-of-summary.ts';
import { chooseRun, withHistory } from '../session/open-history.ts';
import { publishRecord } from './publish-record.ts';
import { recordLines } from './record-words.ts';

/** A run that this process has led. */
export interface LedRun {
  readonly loaded: LoadedProjectFile;
  readonly providers: Pick<Providers, 'storages'>;
  readonly summary: RunSummary;
}

/** Says aloud that a record was not published, why, and how to do it. */
function tellFailure({ output }: CommandContext, error: unknown, run: string): void {
  const why = reportError(error) ?? {
    code: 'CLI_DEFECT',
    message: error instanceof Error ? error.message : String(error),
  };
  const hint = `\`orchestrate record ${run}\` publishes it once that is put right.`;
  const report = {
    ...why,
    message: `the record of run ${run} was not published: ${why.message}`,
    hint,
  };
  if (output.isJson) output.print(JSON.stringify({ type: 'record', run, error: report }));
  output.note(...renderError(report, output.errorPaint));
}

/** Publishes it and tells where it is; answers whether that succeeded. */
async function publishAndTell(
  context: CommandContext,
  { loaded, providers, summary }: LedRun,
  records: RecordSettings,
): Promise<boolean> {
  const { output } = context;
  try {
    const record = await withHistory(context, (history) =>
      publishRecord({
        loaded,
        storages: providers.storages,
        history,
        line: chooseRun(history, summary.run),
        ...records,
        version: context.version,
        recordedAt: Date.now(),
      }),
    );
    if (output.isJson) output.print(JSON.stringify({ type: 'record', ...record }));
    else output.remark(...recordLines(record));
    return true;
  } catch (error) {
    // Also a defect of ours is only told: the run is over, and its own end must not be hidden by it.
    tellFailure(context, error, summary.run);
    return false;
  }
}

/**
 * Publishes the record of a run that has ended, where the project wants that, and answers the exit code of the call. A
 * record that could not be published changes nothing about the run; the call of a run that succeeded ends with 1 then, since
 * something it was to do was not done. `showSummary` is called when it is time: last for programs, which expect it there.
 */
export async function recordAfterRun(
  context: CommandContext,
  led: LedRun,
  showSummary: () => void,
): Promise<ExitCode> {
  const { records } = led.loaded;
  const exit = exitOf(led.summary);
  if (!context.output.isJson) showSummary();
  const isGood =
    records === undefined || led.summary.outcome === 'stopped'
      ? true
      : await publishAndTell(context, led, records);
  if (context.output.isJson) showSummary();
  return isGood || exit !== EXIT.succeeded ? exit : EXIT.failed;
}
