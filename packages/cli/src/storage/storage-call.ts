import type { Storage } from '@orchestrate/core';
import type { LoadedProjectFile } from '@orchestrate/engine';
import type { CommandContext } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { bytesText, countOf, durationText } from '../output/quantity-text.ts';
import type { MoveTally } from './move-tally.ts';

/** What every action of `orchestrate storage` is handed. */
export interface StorageCall extends CommandContext {
  readonly loaded: LoadedProjectFile;
  readonly storages: ReadonlyMap<string, Storage>;
  /** The addresses of the call. */
  readonly words: readonly string[];
  readonly signal: AbortSignal;
  readonly parallel: number;
}

/** An action of `orchestrate storage`. */
export type StorageAction = (call: StorageCall) => Promise<ExitCode>;

/** Shows what failed, the first of it, and says what exit code it comes to. */
export function tellFailures({ output, signal }: StorageCall, tally: MoveTally): ExitCode {
  if (!output.isJson) {
    for (const { what, code, message, hint } of tally.failures) {
      output.note(`${output.errorPaint('bad', output.signs.bad)} ${what}: ${code}: ${message}`);
      if (hint !== undefined) output.note(`  ${output.errorPaint('faint', 'hint:')} ${hint}`);
    }
    const rest = tally.failed - tally.failures.length;
    if (rest > 0) output.note(`  and ${countOf(rest, 'failure')} more`);
    if (signal.aborted) output.note('interrupted; what is done is whole, the same call goes on');
  }
  if (signal.aborted) return EXIT.stopped;
  return tally.failed > 0 ? EXIT.failed : EXIT.succeeded;
}

/** `120 objects, 3.2 GiB in 14 s, 230 MiB/s`. */
export function movedText(tally: MoveTally, seconds: number): string {
  const rate = seconds > 0.05 ? `, ${bytesText(tally.doneBytes / seconds)}/s` : '';
  const amount = `${countOf(tally.done, 'object')}, ${bytesText(tally.doneBytes)}`;
  return `${amount} in ${durationText(seconds)}${rate}`;
}
