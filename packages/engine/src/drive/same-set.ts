import type { Need } from '@orchestrate/core';
import type { CodeDigests } from './code-digest.ts';
import { identityOf, type Lineage, targetsOf } from './lineage.ts';
import type { Memory, MemorySet } from './memory.ts';
import type { RunAncestry } from './run-ancestry.ts';
import type { RunBook, SetBook } from './run-book.ts';
import type { RegisteredSet } from './task-registry.ts';

/** Tasks of another set that those of a set descend from one by one. */
interface Tie {
  readonly need: Exclude<Need, { how: 'all' }>;
  readonly book: SetBook;
  /** What they were when the set was remembered. */
  readonly row: MemorySet;
}

/** A set that is the same as it was in all that its digest says, so that its tasks can be matched by index. */
export interface SameSet {
  readonly row: MemorySet;
  readonly ties: readonly Tie[];
}

/** What a set is when only its inputs and results connect others with it: `=` and the digests of its parts. */
export function contentMark(parts: readonly RegisteredSet[]): string {
  return `=${identityOf(parts.map(({ record }) => record.digest).join('\n'))}`;
}

/** Finds out, once for each set, whether no spec of it has to be rendered to know what it is. */
export class SameSets {
  readonly #parts: {
    readonly book: RunBook;
    readonly memory: Memory;
    readonly codes: CodeDigests;
    readonly lineage: Lineage;
    readonly ancestry: RunAncestry;
  };
  readonly #known = new Map<string, SameSet | undefined>();

  constructor(parts: {
    readonly book: RunBook;
    readonly memory: Memory;
    readonly codes: CodeDigests;
    readonly lineage: Lineage;
    readonly ancestry: RunAncestry;
  }) {
    this.#parts = parts;
  }

  /** Asked first when a task of the set is ready: then what it needs as a whole is done. */
  of(entry: RegisteredSet): SameSet | undefined {
    const { name } = entry.record;
    if (this.#known.has(name)) return this.#known.get(name);
    const found = this.#find(entry);
    this.#known.set(name, found);
    return found;
  }

  #find(entry: RegisteredSet): SameSet | undefined {
    const { codes, book, ancestry } = this.#parts;
    const row = ancestry.row(entry);
    if (row === undefined || row.head.usesResults) return undefined;
    const then = Object.entries(row.head.codes);
    if (then.some(([code, digest]) => codes.digest(code) !== digest)) return undefined;
    const ties = this.#ties(entry, row);
    if (ties === undefined) return undefined;
    for (const [code, digest] of then) book.book(entry).codes.set(code, digest);
    return { row, ties };
  }

  /** `undefined` when what the set descends from is not what it was. */
  #ties(entry: RegisteredSet, row: MemorySet): Tie[] | undefined {
    const { set } = entry;
    if (set === undefined) return undefined;
    const ties: Tie[] = [];
    for (const need of this.#parts.lineage.needsOf(set)) {
      const tie = this.#tie(need, entry, row);
      if (tie === 'changed') return undefined;
      if (tie !== 'same') ties.push(tie);
    }
    return ties;
  }

  #tie(need: Need, entry: RegisteredSet, row: MemorySet): Tie | 'same' | 'changed' {
    const { ancestry, lineage, book } = this.#parts;
    const then = row.head.lineage?.[need.set];
    if (then === undefined) return 'changed';
    const parts = ancestry.partsOf(need.set);
    if (then.startsWith('=')) return then === contentMark(parts) ? 'same' : 'changed';
    if (need.how === 'all') return lineage.identity(parts) === then ? 'same' : 'changed';
    const [other] = parts;
    if (other === undefined) return 'changed';
    const otherRow = other === entry ? row : ancestry.row(other);
    if (otherRow === undefined) return 'changed';
    if (other !== entry && otherRow.identity !== then) return 'changed';
    return { need, book: book.book(other), row: otherRow };
  }
}

/** Whether the single tasks that task `index` descends from are what they were. */
export function isSameDescent({ ties }: SameSet, index: number): boolean {
  for (const { need, book, row } of ties) {
    if (book.isUnprinted) continue;
    for (const target of targetsOf(need, index)) {
      if (!book.hasFingerprint(target)) continue;
      if (book.fingerprint(target) !== row.fingerprint(target)) return false;
    }
  }
  return true;
}
