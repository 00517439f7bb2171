import type { JournalEntry, Names } from '@orchestrate/engine';

/** What accompanies a run on its way: progress for a person, or lines for a program. */
export interface RunDisplay extends Disposable {
  /** The run has an id and is being led by this process. */
  began(run: string, name: string): void;
  /** What happened, in order, each entry once. */
  entries(entries: readonly JournalEntry[], names: Names): void;
  /** What happened before this process took the run over; to be counted, not told again. */
  past(entries: readonly JournalEntry[]): void;
  /** What was asked of the run, until the next notice. */
  notice(text: string): void;
}
