import type { RunId } from '@orchestrate/core';
import { distinctNeeds, identityOf, Lineage } from './lineage.ts';
import type { Memory } from './memory.ts';
import { RunAncestry } from './run-ancestry.ts';
import type { RunBook, SetBook } from './run-book.ts';
import { contentMark } from './same-set.ts';
import type { RegisteredSet } from './task-registry.ts';

type Marks = Readonly<Record<string, string>>;

/** What the sets that a set needs were at the end of a run, in the form in which it is remembered with the set. */
export class Heritage {
  readonly #lineage: Lineage;
  readonly #ancestry: RunAncestry;

  /** `merged`: books that have been joined with the memory, so that they say everything by themselves. */
  constructor(book: RunBook, memory: Memory, run: RunId, merged: readonly SetBook[] = []) {
    const whole = new Map(merged.map((one) => [one.entry, one]));
    const ancestry = new RunAncestry(book, memory, run);
    this.#ancestry = ancestry;
    this.#lineage = new Lineage({
      partsOf: (set) => ancestry.partsOf(set),
      print: (entry, index) => ancestry.print(entry, index),
      outputs: (entry, index) => ancestry.outputs(entry, index),
      identity: (entry: RegisteredSet) => {
        const mine = whole.get(entry);
        if (mine !== undefined) return identityOf(mine.fingerprints);
        return ancestry.row(entry)?.identity ?? ancestry.identity(entry);
      },
    });
  }

  of({ entry, descendsFrom }: SetBook): Marks {
    const marks: Record<string, string> = {};
    for (const need of entry.set === undefined ? [] : distinctNeeds(entry.set)) {
      const parts = this.#ancestry.partsOf(need.set);
      marks[need.set] = descendsFrom.has(need.set)
        ? (this.#lineage.identity(parts) ?? '')
        : contentMark(parts);
    }
    return marks;
  }
}

export function isSameLineage(a: Marks | undefined, b: Marks | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
