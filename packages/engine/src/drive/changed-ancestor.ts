import { type Lineage, targetsOf } from './lineage.ts';
import type { Memory } from './memory.ts';
import type { RunAncestry } from './run-ancestry.ts';
import type { SetBook } from './run-book.ts';
import type { RegisteredSet, TaskRegistry } from './task-registry.ts';

/** Finds the first task that another one needs and that is not what it was when it was remembered last; for `why`. */
export class ChangedAncestors {
  readonly #parts: {
    readonly memory: Memory;
    readonly lineage: Lineage;
    readonly ancestry: RunAncestry;
    readonly registry: TaskRegistry;
  };
  /** Set -> its first changed task, for those that wait for all of it. */
  readonly #firsts = new Map<RegisteredSet, string | undefined>();

  constructor(parts: {
    readonly memory: Memory;
    readonly lineage: Lineage;
    readonly ancestry: RunAncestry;
    readonly registry: TaskRegistry;
  }) {
    this.#parts = parts;
  }

  /** `undefined` for a task that descends from none; the name of a set where no single task can be named. */
  of(book: SetBook, index: number): string | undefined {
    const { set } = book.entry;
    const needs = set === undefined ? [] : this.#parts.lineage.needsOf(set);
    return this.task(book, index) ?? needs.find((need) => book.descendsFrom.has(need.set))?.set;
  }

  /** The task by its name, where one is found. */
  task({ entry, descendsFrom }: SetBook, index: number): string | undefined {
    const { lineage, ancestry } = this.#parts;
    for (const need of entry.set === undefined ? [] : lineage.needsOf(entry.set)) {
      if (!descendsFrom.has(need.set)) continue;
      for (const other of ancestry.partsOf(need.set)) {
        const name =
          need.how === 'all' ? this.#firstOf(other) : this.#changed(other, targetsOf(need, index));
        if (name !== undefined) return name;
      }
    }
    return undefined;
  }

  #firstOf(entry: RegisteredSet): string | undefined {
    if (!this.#firsts.has(entry)) {
      const everything = Array.from({ length: entry.size }, (_, index) => index);
      this.#firsts.set(entry, this.#changed(entry, everything));
    }
    return this.#firsts.get(entry);
  }

  #changed(entry: RegisteredSet, indices: readonly number[]): string | undefined {
    const { memory, ancestry, registry } = this.#parts;
    const [last] = memory.of(entry.record.name);
    if (last === undefined) return undefined;
    const isSame = last.digest === entry.record.digest && last.size === entry.size;
    const found = indices.find((index) => {
      const then = isSame ? index : last.indexOf(entry.set?.label(index) ?? '');
      return then === undefined || last.fingerprint(then) !== ancestry.print(entry, index);
    });
    return found === undefined ? undefined : registry.task(entry.first + found);
  }
}
