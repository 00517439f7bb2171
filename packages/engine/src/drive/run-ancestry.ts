import type { RunId } from '@orchestrate/core';
import type { Ancestry } from './lineage.ts';
import { identityOf } from './lineage.ts';
import type { Memory, MemorySet } from './memory.ts';
import type { RunBook, SetBook } from './run-book.ts';
import type { RegisteredSet } from './task-registry.ts';

/** Stands in the place of a fingerprint that could not be taken; base64 has no such character. */
const UNTAKEN = '-';

/**
 * What the tasks of a run in progress were: what ran or was looked at has its fingerprint in the book, what was matched by
 * index has it in the memory. Of a task whose fingerprint nobody took it is only known that it ran in this run.
 */
export class RunAncestry implements Ancestry {
  readonly #book: RunBook;
  readonly #memory: Memory;
  readonly #unknown: string;
  readonly #identities = new Map<RegisteredSet, string>();

  /** Most questions are about the same set as the one before. */
  #last: SetBook | undefined;
  readonly #before: (entry: RegisteredSet) => void;

  /** `before` is called with a set before anything is told of it. */
  constructor(
    book: RunBook,
    memory: Memory,
    run: RunId,
    before: (entry: RegisteredSet) => void = () => undefined,
  ) {
    this.#book = book;
    this.#before = before;
    this.#memory = memory;
    this.#unknown = `?${run}`;
  }

  partsOf(set: string): RegisteredSet[] {
    const { registry } = this.#book;
    return registry.partsOf(set).flatMap((name) => {
      const entry = registry.named(name);
      return entry === undefined || entry.record.placeholder === true ? [] : [entry];
    });
  }

  /** What is remembered of a set as it is now. */
  row({ record }: RegisteredSet): MemorySet | undefined {
    const rows = this.#memory.of(record.name);
    return rows.find(({ digest, size }) => digest === record.digest && size === record.size);
  }

  print(entry: RegisteredSet, index: number): string {
    if (this.#last?.entry !== entry) {
      this.#before(entry);
      this.#last = this.#book.book(entry);
    }
    const book = this.#last;
    if (book.hasFingerprint(index)) {
      const print = book.fingerprint(index);
      return print.startsWith(UNTAKEN) ? this.#unknown : print;
    }
    const row = this.row(entry);
    const print = row?.isDone(index) === true ? row.fingerprint(index) : '';
    return print === '' ? this.#unknown : print;
  }

  /** Asked only when every task of the set is done; from then on it stays. */
  identity(entry: RegisteredSet): string {
    this.#before(entry);
    let identity = this.#identities.get(entry);
    if (identity === undefined) {
      identity = this.#identity(entry, this.#book.book(entry));
      this.#identities.set(entry, identity);
    }
    return identity;
  }

  #identity(entry: RegisteredSet, book: SetBook): string {
    const row = this.row(entry);
    if (row !== undefined && book.isUnprinted) return row.identity;
    if (book.fingerprints.includes(UNTAKEN)) return this.#unknown;
    if (row === undefined) return identityOf(book.fingerprints);
    const prints = Buffer.from(book.fingerprints);
    row.fillIn(prints);
    return identityOf(prints);
  }

  outputs(entry: RegisteredSet, index: number): string[] {
    this.#before(entry);
    const records = this.#book.book(entry).outputs[index] ?? this.row(entry)?.outputs(index) ?? [];
    return records.map(({ address }) => address);
  }
}
