import type { Json, Results, TaskSet, TaskSpec } from '@orchestrate/core';
import type { RunBook } from '../drive/run-book.ts';

/** Results that are known before a run: those of tasks that will be used again. Says what a spec could not get. */
export class ForeseenResults implements Results {
  /** Sets whose results went into the spec that was rendered last. */
  readonly used = new Set<string>();
  /** The set that was asked in vain. */
  missing: string | undefined;
  readonly #book: RunBook;

  constructor(book: RunBook) {
    this.#book = book;
  }

  /** The spec, or `undefined` where it depends on what nobody knows yet. */
  render(set: TaskSet, index: number): TaskSpec | undefined {
    if (this.used.size > 0) this.used.clear();
    this.missing = undefined;
    try {
      const spec = set.spec(index, this);
      return this.missing === undefined ? spec : undefined;
    } catch {
      // A spec may well fail on results that are not there yet; while running they are.
      return undefined;
    }
  }

  result(set: string, index: number): Json | undefined {
    const value = this.#book.results.result(set, index);
    if (value === undefined && !this.#isSettled(set, index)) this.missing ??= set;
    if (value !== undefined) this.used.add(set);
    return value;
  }

  size(set: string): number {
    if (this.#book.registry.named(set)?.record.placeholder === true) this.missing ??= set;
    return this.#book.results.size(set);
  }

  /** Whether the task is one that will be used again and has no result. */
  #isSettled(set: string, index: number): boolean {
    const { registry } = this.#book;
    let left = index;
    for (const part of registry.partsOf(set)) {
      const entry = registry.named(part);
      if (entry === undefined) continue;
      if (left < entry.size) return this.settled(entry.first + left);
      left -= entry.size;
    }
    return false;
  }

  /** Says of a task whether it will be used again. */
  settled: (task: number) => boolean = () => false;
}
