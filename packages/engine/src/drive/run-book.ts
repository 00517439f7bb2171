import type { Json } from '@orchestrate/core';
import type { Fact, FailureRecord, OutputRecord, Ranges } from '../events/fact.ts';
import { eachOf } from '../events/ranges.ts';
import type { InputRecord } from './columns.ts';
import { FINGERPRINT_LENGTH } from './fingerprint.ts';
import type { Memory } from './memory.ts';
import type { RegisteredSet, ResultStore, TaskRegistry } from './task-registry.ts';

/** Words of four bytes in a fingerprint. */
const WORDS = FINGERPRINT_LENGTH / 4;

/** The fingerprint that was asked for last, in words and as text. */
interface LastPrint {
  a: number | undefined;
  b: number | undefined;
  c: number | undefined;
  d: number | undefined;
  text: string;
}

/** What the run knows of one set beside the scheduler's states, in columns by index. */
export class SetBook {
  readonly entry: RegisteredSet;
  /** 1 for a task that succeeded or was reused. */
  readonly done: Uint8Array;
  readonly fingerprints: Buffer;
  readonly outputs: (readonly OutputRecord[] | undefined)[] = [];
  readonly inputs: (readonly InputRecord[] | undefined)[] = [];
  readonly specs: (string | undefined)[] = [];
  readonly codes = new Map<string, string>();
  usesResults = false;
  /** Tasks whose specs this leader has rendered: only then are codes and `usesResults` the whole truth. */
  rendered = 0;
  /** Sets it needs whose fingerprints are part of those of its tasks. */
  readonly descendsFrom = new Set<string>();
  /** Whether no fingerprint was taken: everything known of its tasks is in the memory. */
  isUnprinted = true;
  /** Whether something finished that the memory does not have under this digest. */
  isNew = false;
  readonly #words: Int32Array;
  readonly #last: LastPrint = { a: 0, b: 0, c: 0, d: 0, text: '\0'.repeat(FINGERPRINT_LENGTH) };
  readonly counts = { succeeded: 0, reused: 0, failed: 0, skipped: 0, cancelled: 0 };

  constructor(entry: RegisteredSet) {
    this.entry = entry;
    this.done = new Uint8Array(entry.size);
    this.fingerprints = Buffer.alloc(entry.size * FINGERPRINT_LENGTH);
    const { buffer, byteOffset } = this.fingerprints;
    this.#words = new Int32Array(buffer, byteOffset, entry.size * WORDS);
  }

  hasFingerprint(index: number): boolean {
    return this.fingerprints[index * FINGERPRINT_LENGTH] !== 0;
  }

  /** Tasks that are alike are asked for one after the other: the same text is then given again, not another one like it. */
  fingerprint(index: number): string {
    const last = this.#last;
    const words = this.#words;
    const at = index * WORDS;
    const [a, b, c, d] = [words[at], words[at + 1], words[at + 2], words[at + 3]];
    if (last.a === a && last.b === b && last.c === c && last.d === d) return last.text;
    const begin = index * FINGERPRINT_LENGTH;
    last.text = this.fingerprints.toString('latin1', begin, begin + FINGERPRINT_LENGTH);
    last.a = a;
    last.b = b;
    last.c = c;
    last.d = d;
    return last.text;
  }

  setFingerprint(index: number, fingerprint: string): void {
    this.isUnprinted = false;
    this.fingerprints.write(fingerprint, index * FINGERPRINT_LENGTH, FINGERPRINT_LENGTH, 'latin1');
  }
}

/** How twelve bytes of nothing begin in base64. */
const NO_PRINT = 'AAAAAAAAAAAA';

/** A task that failed for good. */
export interface FailedTask extends FailureRecord {
  readonly task: number;
}

/** A job that may be live. */
export interface JobRecord {
  readonly backend: string;
  readonly tasks: Ranges;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
}

/** How often a task's resources have run out. */
export interface RanOutCount {
  memory: number;
  time: number;
}

/** The driver's fold of facts: what it needs for specs, for the summary and for the memory. Same live and in replay. */
export class RunBook {
  readonly registry: TaskRegistry;
  readonly results: ResultStore;
  readonly failed: FailedTask[] = [];
  failedTasks = 0;
  /** Tasks of jobs that may be live. */
  readonly jobs = new Map<number, JobRecord>();
  readonly ranOut = new Map<number, RanOutCount>();
  readonly attempts = new Map<number, number>();
  /** Set that a placeholder became -> sets whose results went into it. */
  readonly madeFrom = new Map<string, ReadonlySet<string>>();
  readonly #books = new Map<string, SetBook>();
  readonly #memory: Memory;

  constructor(registry: TaskRegistry, results: ResultStore, memory: Memory) {
    this.registry = registry;
    this.results = results;
    this.#memory = memory;
  }

  get books(): IterableIterator<SetBook> {
    return this.#books.values();
  }

  book(entry: RegisteredSet): SetBook {
    let book = this.#books.get(entry.record.name);
    if (book === undefined || book.entry !== entry) {
      book = new SetBook(entry);
      this.#books.set(entry.record.name, book);
    }
    return book;
  }

  /** The generation that an input of a task had when it was looked at, if it was. */
  inputSeen(task: number, address: string): string | undefined {
    const place = this.at(task);
    return place?.[0].inputs[place[1]]?.find((input) => input.address === address)?.generation;
  }

  /** The book of a task's set and its index there. */
  at(task: number): readonly [SetBook, number] | undefined {
    const entry = this.registry.find(task);
    return entry === undefined ? undefined : [this.book(entry), task - entry.first];
  }

  fold(fact: Fact, at: number): void {
    switch (fact.type) {
      case 'submitting':
        for (const job of fact.jobs) {
          this.jobs.set(job.job, { backend: fact.backend, tasks: job.tasks, submittedAt: at });
        }
        this.#foldFingerprints(fact);
        break;
      case 'withdrawn':
        eachOf(fact.jobs, (job) => this.jobs.delete(job));
        break;
      case 'succeeded':
        this.#foldDone(fact.tasks, 'succeeded', fact);
        break;
      case 'reused':
        this.#foldDone(fact.tasks, 'reused', fact);
        break;
      case 'attempt-failed':
        this.#foldFailure(fact);
        break;
      case 'skipped':
        this.#count(fact.tasks, 'skipped');
        break;
      case 'cancelled':
        this.#count(fact.tasks, 'cancelled');
        break;
      default:
        break;
    }
  }

  #foldFingerprints(fact: Fact & { readonly type: 'submitting' }): void {
    if (fact.fingerprints === undefined) return;
    let at = 0;
    for (const job of fact.jobs) {
      eachOf(job.tasks, (task) => {
        const found = this.at(task);
        const text = fact.fingerprints?.slice(at, at + FINGERPRINT_LENGTH) ?? '';
        found?.[0].setFingerprint(found[1], text);
        at += FINGERPRINT_LENGTH;
      });
    }
  }

  #foldDone(
    tasks: Ranges,
    how: 'succeeded' | 'reused',
    fact: {
      readonly results?: readonly (readonly [number, Json])[];
      readonly outputs?: readonly (readonly [number, readonly OutputRecord[]])[];
      readonly fingerprints?: string;
    },
  ): void {
    if (fact.fingerprints !== undefined) this.#foldPrints(tasks, fact.fingerprints);
    for (const range of tasks) {
      const [first, last] = typeof range === 'number' ? [range, range] : range;
      for (let task = first; task <= last; ) {
        const entry = this.registry.find(task);
        if (entry === undefined) break;
        const book = this.book(entry);
        const end = Math.min(last, entry.first + entry.size - 1);
        book.done.fill(1, task - entry.first, end - entry.first + 1);
        book.counts[how] += end - task + 1;
        if (how === 'succeeded') book.isNew = true;
        else this.#recall(book, task - entry.first, end - entry.first);
        task = end + 1;
      }
    }
    for (const [task, value] of fact.results ?? []) this.results.put(task, value);
    for (const [task, outputs] of fact.outputs ?? []) {
      const found = this.at(task);
      if (found === undefined) continue;
      found[0].outputs[found[1]] = outputs;
      // Outputs come with a reused task only when it was found under another digest.
      found[0].isNew = true;
    }
  }

  #foldPrints(tasks: Ranges, fingerprints: string): void {
    let at = 0;
    eachOf(tasks, (task) => {
      const print = fingerprints.slice(at, at + FINGERPRINT_LENGTH);
      at += FINGERPRINT_LENGTH;
      const found = print.startsWith(NO_PRINT) ? undefined : this.at(task);
      found?.[0].setFingerprint(found[1], print);
    });
  }

  /** Results of work that was reused under the same digest are in the memory, not in the journal. */
  #recall(book: SetBook, first: number, last: number): void {
    const { record } = book.entry;
    const memory = this.#memory.of(record.name).find((one) => one.digest === record.digest);
    if (memory === undefined || memory.size !== record.size) return;
    for (const [index, value] of memory.results()) {
      if (index >= first && index <= last) this.results.put(book.entry.first + index, value);
    }
  }

  #foldFailure(fact: Fact & { readonly type: 'attempt-failed' }): void {
    this.attempts.set(fact.task, (this.attempts.get(fact.task) ?? 0) + 1);
    if (fact.failure === 'out-of-memory' || fact.failure === 'timeout') {
      const count = this.ranOut.get(fact.task) ?? { memory: 0, time: 0 };
      if (fact.failure === 'timeout') count.time += 1;
      else count.memory += 1;
      this.ranOut.set(fact.task, count);
    }
    if (fact.again) return;
    this.failedTasks += 1;
    const found = this.at(fact.task);
    if (found !== undefined) found[0].counts.failed += 1;
    if (this.failed.length < 1000) this.failed.push(fact);
  }

  #count(tasks: Ranges, how: 'skipped' | 'cancelled'): void {
    eachOf(tasks, (task) => {
      const found = this.at(task);
      if (found !== undefined) found[0].counts[how] += 1;
    });
  }
}
