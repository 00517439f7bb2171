import type { Logger } from '@orchestrate/core';
import type { JournalEntry, Names } from '@orchestrate/engine';
import { eventLine } from './event-line.ts';
import type { RunDisplay } from './run-display.ts';

/** One line of JSON for every event. */
export class LineDisplay implements RunDisplay {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  began(): void {}

  past(): void {}

  entries(entries: readonly JournalEntry[], names: Names): void {
    for (const entry of entries) {
      const { level, facts, message } = eventLine(entry, names);
      this.#log[level](facts, message);
    }
  }

  notice(text: string): void {
    this.#log.warn({ at: Date.now(), notice: text }, 'notice');
  }

  [Symbol.dispose](): void {}
}
