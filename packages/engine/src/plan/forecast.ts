import { parseAddress, type RunId, type TaskSet, type TaskSpec } from '@orchestrate/core';
import { ChangedAncestors } from '../drive/changed-ancestor.ts';
import type { CodeDigests } from '../drive/code-digest.ts';
import { essence, FINGERPRINT_LENGTH, fingerprint } from '../drive/fingerprint.ts';
import { Lineage } from '../drive/lineage.ts';
import type { Memory, MemorySet } from '../drive/memory.ts';
import { RunAncestry } from '../drive/run-ancestry.ts';
import type { RunBook, SetBook } from '../drive/run-book.ts';
import { isSameDescent, SameSets } from '../drive/same-set.ts';
import type { RegisteredSet } from '../drive/task-registry.ts';
import { codeDifference, whatChanged } from '../drive/what-changed.ts';
import type { ForeseenFiles } from './foreseen-files.ts';
import { ForeseenResults } from './foreseen-results.ts';
import { RunningOutputs } from './running-outputs.ts';

/** What a run would do with a set. */
export interface SetForecast {
  readonly entry: RegisteredSet;
  /** Tasks that look finished already. */
  readonly finished: number;
  readonly reason: string;
  /** What is remembered of it, newest first. */
  readonly rows: readonly MemorySet[];
}

/** What a forecast looks at. */
export interface ForecastParts {
  readonly book: RunBook;
  readonly memory: Memory;
  readonly codes: CodeDigests;
  readonly files: ForeseenFiles;
  readonly fresh: boolean;
}

/** A task rendered before the run. */
interface Seen {
  readonly spec: TaskSpec;
  /** Addresses of its inputs. */
  readonly read: readonly string[];
  /** Its fingerprint, given what its inputs hold; `undefined` where it descends from what nobody knows yet. */
  readonly printWith?: (contents: readonly string[]) => string;
}

/** A task as far as it can be told before the run from whom it reads. */
interface Foreseen extends Seen {
  /** Its fingerprint, where that can be known. */
  readonly print?: string;
  /** Why it runs, whatever it was. */
  readonly why?: string;
}

/** Why a task will run; `undefined` for one that will not. */
type Why = string | undefined;

/** Largest set whose tasks are rendered and compared one by one. */
const LARGEST_COMPARED = 50_000;
const UNKNOWN = '-'.repeat(FINGERPRINT_LENGTH);
/** A forecast has no run; the name only has to differ from all. */
const NO_RUN = 'forecast' as RunId;

/**
 * Follows a run set by set without doing anything: the same digests, fingerprints and labels decide as in the run, only
 * that what running tasks will write or return is not known, so that whoever reads it counts as running.
 */
export class Forecast {
  readonly #parts: ForecastParts;
  readonly #lineage: Lineage;
  readonly #same: SameSets;
  readonly #ancestors: ChangedAncestors;
  readonly #results: ForeseenResults;
  readonly #running: RunningOutputs;
  /** Sets that run whatever they were, of which nobody has asked what they will be. */
  readonly #unforeseen = new Set<RegisteredSet>();
  /** Placeholders nobody can replace before the run. */
  readonly #unknown = new Set<string>();

  constructor(parts: ForecastParts) {
    const { book, memory, codes } = parts;
    this.#parts = parts;
    const ancestry = new RunAncestry(book, memory, NO_RUN, (entry) => this.#foresee(entry));
    const lineage = new Lineage(ancestry);
    this.#lineage = lineage;
    this.#same = new SameSets({ book, memory, codes, lineage, ancestry });
    this.#ancestors = new ChangedAncestors({ memory, lineage, ancestry, registry: book.registry });
    this.#results = new ForeseenResults(book);
    const running = new RunningOutputs(ancestry, lineage);
    this.#running = running;
    this.#results.settled = (task) => {
      const entry = book.registry.find(task);
      return entry !== undefined && !running.runs(entry, task - entry.first);
    };
  }

  /** A placeholder that stays one. */
  leaveOpen(name: string): void {
    this.#unknown.add(name);
  }

  /** The set it needs of which tasks run or are not known; only one without any can be expanded beforehand. */
  unsettled(set: TaskSet): string | undefined {
    const { registry } = this.#parts.book;
    for (const need of set.needs ?? []) {
      if (this.#unknown.has(need.set)) return need.set;
      for (const name of registry.partsOf(need.set)) {
        const entry = registry.named(name);
        if (entry !== undefined && this.#running.has(entry)) return name;
      }
    }
    return undefined;
  }

  /** Asked for each set after those it needs. */
  of(entry: RegisteredSet, set: TaskSet): SetForecast {
    const rows = this.#parts.memory.of(set.name);
    const whole = this.#wholeReason(set, rows);
    const book = this.#parts.book.book(entry);
    const judge = whole === undefined ? this.#judge(entry, set, rows) : () => whole;
    let [running, first] = [0, ''];
    for (let index = 0; index < entry.size; index += 1) {
      const why = book.done[index] === 1 ? undefined : judge(index, running === 0);
      if (why === undefined) this.#recall(entry, index);
      else {
        if (running === 0) first = told(set, index, why);
        running += 1;
        this.#running.add(entry, index);
      }
    }
    if (whole !== undefined) this.#unforeseen.add(entry);
    const reason = whole ?? reasonOf(running, entry.size, first);
    return { entry, finished: entry.size - running, rows, reason };
  }

  /** Why none of its tasks can have been finished before. */
  #wholeReason(set: TaskSet, rows: readonly MemorySet[]): Why {
    if (this.#parts.fresh) return 'everything is done anew';
    if (set.reuse === false) return 'runs every time';
    if (set.check !== undefined) return 'is a check';
    if (rows.length === 0) return 'has never been finished';
    const open = (set.needs ?? []).find((need) => this.#unknown.has(need.set));
    return open === undefined ? undefined : `waits for what ${open.set} becomes`;
  }

  /** What tasks will be that run whatever they were; needed only where a task that was finished before descends from them. */
  #foresee(entry: RegisteredSet): void {
    const { set } = entry;
    if (set === undefined || !this.#unforeseen.delete(entry)) return;
    const book = this.#parts.book.book(entry);
    for (let index = 0; index < entry.size; index += 1) {
      if (book.done[index] === 1) continue;
      if (entry.size > LARGEST_COMPARED) book.setFingerprint(index, UNKNOWN);
      else this.#foreseeOne(set, book, index);
    }
  }

  #judge(
    entry: RegisteredSet,
    set: TaskSet,
    rows: readonly MemorySet[],
  ): (index: number, isFirst: boolean) => Why {
    const book = this.#parts.book.book(entry);
    const same = this.#same.of(entry);
    const isComparable = entry.size <= LARGEST_COMPARED;
    return (index, isFirst) => {
      if (same?.row.isDone(index) === true && isSameDescent(same, index)) {
        const reads = same.row.head.hasInputs ? (same.row.inputs(index) ?? []) : [];
        const read = reads.map(({ address }) => address);
        const from = this.#running.readBy(set, index, read);
        if (from === undefined) {
          const isAsItWas = this.#isAsItWas(same.row, index, rows, set.label(index));
          return isAsItWas ? undefined : this.#compare(set, book, index, rows, isFirst);
        }
        book.setFingerprint(index, UNKNOWN);
        return readsFromRunning(from);
      }
      if (same !== undefined && !same.row.isDone(index)) {
        this.#foreseeOne(set, book, index);
        return 'has not been finished';
      }
      if (isComparable) return this.#compare(set, book, index, rows, isFirst);
      book.setFingerprint(index, UNKNOWN);
      return 'is part of a set that changed and is too large to be compared beforehand';
    };
  }

  /** Whether what a task read and wrote is as it was. */
  #isAsItWas(row: MemorySet, index: number, rows: readonly MemorySet[], label: string): boolean {
    const { files } = this.#parts;
    const inputs = row.head.hasInputs ? row.inputs(index) : [];
    if (inputs?.every((input) => files.isSame(input)) !== true) return false;
    if (files.lost(row.outputs(index)) !== undefined) return false;
    return !isOverwritten(row, index, rows.slice(0, rows.indexOf(row)), label);
  }

  #foreseeOne(set: TaskSet, book: SetBook, index: number): void {
    const seen = this.#render(set, book, index);
    const print = seen === undefined ? undefined : this.#read(set, book, index, seen).print;
    book.setFingerprint(index, print ?? UNKNOWN);
  }

  /** Looks at what a rendered task reads. */
  #read(set: TaskSet, book: SetBook, index: number, seen: Seen): Foreseen {
    const from = this.#running.readBy(set, index, seen.read);
    if (from !== undefined) return { ...seen, why: readsFromRunning(from) };
    const contents = this.#parts.files.contents(seen.spec.inputs ?? []);
    if (contents === undefined) return seen;
    if (typeof contents === 'string') return { ...seen, why: contents };
    book.inputs[index] = contents.map(({ record }) => record);
    const print = seen.printWith?.(contents.map(({ digest }) => digest));
    return print === undefined ? seen : { ...seen, print };
  }

  /** Renders a task, as far as that is possible before anything has run. */
  #render(set: TaskSet, book: SetBook, index: number): Seen | undefined {
    const spec = this.#results.render(set, index);
    if (spec === undefined) return undefined;
    const { codes } = this.#parts;
    const text = essence(spec);
    book.specs[index] = text;
    const ofWork = codes.of(spec.work);
    for (const [code, digest] of ofWork) book.codes.set(code, digest);
    const outputs = (spec.outputs ?? []).map(({ name, address }) => ({
      name,
      address: normal(address),
      bytes: 0,
      generation: '',
    }));
    if (outputs.length > 0) book.outputs[index] = outputs;
    const read = (spec.inputs ?? []).map(({ address }) => normal(address));
    const made = this.#parts.book.madeFrom.get(set.name) ?? [];
    const used = new Set([...this.#results.used, ...made]);
    const descent = this.#lineage.of(set, index, read, used);
    for (const name of descent.sets) book.descendsFrom.add(name);
    if (descent.text?.includes('?') !== false) return { spec, read };
    const printWith = (contents: readonly string[]): string =>
      fingerprint(text, ofWork, contents, descent.text);
    return { spec, read, printWith };
  }

  #compare(
    set: TaskSet,
    book: SetBook,
    index: number,
    rows: readonly MemorySet[],
    isFirst: boolean,
  ): Why {
    const seen = this.#render(set, book, index);
    if (seen === undefined) {
      book.setFingerprint(index, UNKNOWN);
      const from = this.#results.missing;
      return from === undefined
        ? 'cannot be told before the run'
        : `depends on the result of ${from}, which runs`;
    }
    const foreseen = this.#read(set, book, index, seen);
    book.setFingerprint(index, foreseen.print ?? UNKNOWN);
    if (foreseen.why !== undefined) return foreseen.why;
    return this.#compareRows(set, book, index, rows, { ...foreseen, isFirst });
  }

  #compareRows(
    set: TaskSet,
    book: SetBook,
    index: number,
    rows: readonly MemorySet[],
    seen: Foreseen & { readonly isFirst: boolean },
  ): Why {
    const label = set.label(index);
    let why: Why;
    for (const [age, row] of rows.entries()) {
      const isSame = row.digest === set.digest && row.size === set.size;
      const then = isSame ? index : row.match(label, seen.print ?? UNKNOWN);
      if (then === undefined || !row.isDone(then)) continue;
      if (this.#isLike(row, then, book, index, seen)) {
        const lost = this.#lost(row, then, rows.slice(0, age), label);
        if (lost !== undefined) {
          why ??= lost;
          continue;
        }
        this.#takeOver(row, then, book, index);
        return undefined;
      }
      why ??= seen.isFirst ? this.#difference(row, then, book, index) : 'changed';
    }
    return why ?? 'is new';
  }

  /** Why the outputs of a remembered task are not there as it left them. */
  #lost(row: MemorySet, then: number, newer: readonly MemorySet[], label: string): Why {
    const lost = this.#parts.files.lost(row.outputs(then));
    return lost ?? (isOverwritten(row, then, newer, label) ? OVERWRITTEN : undefined);
  }

  #isLike(row: MemorySet, then: number, book: SetBook, index: number, seen: Foreseen): boolean {
    if (seen.print !== undefined) return row.fingerprint(then) === seen.print;
    // The content of its inputs is not known: what can be told is whether everything else is as it was.
    if (seen.read.length === 0 || row.spec(then) !== book.specs[index]) return false;
    const codes = this.#parts.codes.of(seen.spec.work);
    if (codeDifference(row.head.codes, codes, (code) => code) !== undefined) return false;
    return this.#ancestors.task(book, index) === undefined;
  }

  #takeOver(row: MemorySet, then: number, book: SetBook, index: number): void {
    const print = row.fingerprint(then);
    book.setFingerprint(index, print === '' ? UNKNOWN : print);
    book.outputs[index] = row.outputs(then);
    const value = row.results().get(then);
    if (value !== undefined) this.#parts.book.results.put(book.entry.first + index, value);
  }

  #difference(row: MemorySet, then: number, book: SetBook, index: number): string {
    const { field, before, after } = whatChanged(row, then, book, index, {
      code: (code) => this.#parts.codes.named(code),
      ancestor: () => this.#ancestors.of(book, index),
    });
    const isShort =
      before !== undefined && after !== undefined && before.length + after.length < 40;
    const how = isShort ? `: ${before} -> ${after}` : '';
    return field.endsWith(',') ? `${field} changed` : `${field} changed${how}`;
  }

  /** Results of what is used again, for those whose specs depend on them. */
  #recall({ record, first }: RegisteredSet, index: number): void {
    const { memory, book } = this.#parts;
    if (book.results.get(first + index) !== undefined) return;
    const row = memory.of(record.name).find(({ digest }) => digest === record.digest);
    const value = row?.size === record.size ? row.results().get(index) : undefined;
    if (value !== undefined) book.results.put(first + index, value);
  }
}

const OVERWRITTEN = 'was finished, but its outputs were written again since';

/** Whether the outputs of a remembered task are known to be others now, from what was remembered later. */
function isOverwritten(
  row: MemorySet,
  then: number,
  newer: readonly MemorySet[],
  label: string,
): boolean {
  const outputs = newer.length === 0 ? [] : row.outputs(then);
  return outputs.some(({ address, generation }) =>
    newer.some((later) => {
      const at = later.indexOf(label);
      if (at === undefined || !later.isDone(at)) return false;
      const known = later.outputs(at).find((output) => output.address === address);
      return known !== undefined && known.generation !== generation;
    }),
  );
}

function readsFromRunning(set: string): string {
  return `reads what ${set} writes, which runs`;
}

/** An address in its one form. A bad one is refused by the run, with its reason. */
function normal(address: string): string {
  try {
    const { storage, key } = parseAddress(address);
    return `${storage}:${key}`;
  } catch {
    return address;
  }
}

function told(set: TaskSet, index: number, why: string): string {
  const label = set.label(index);
  return label === '' ? why : `${label} ${why}`;
}

function reasonOf(running: number, size: number, first: string): string {
  if (running === 0) return size === 0 ? 'has no tasks' : 'finished, nothing changed';
  return size === 1 ? first : `${running} of ${size} run: ${first}`;
}
