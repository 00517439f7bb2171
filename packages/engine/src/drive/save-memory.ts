import type { Json, RunId } from '@orchestrate/core';
import type { Journal } from '../journal/journal.ts';
import type { Memory, MemorySet, MemoryToSave } from './memory.ts';
import type { RunBook, SetBook } from './run-book.ts';

/** Whether this run has found out that a set does not depend on results, which was not known before. */
function isBetterKnown(book: SetBook, memory: Memory): boolean {
  if (book.usesResults || book.rendered < book.entry.size) return false;
  const { name, digest } = book.entry.record;
  return memory.of(name).some((one) => one.digest === digest && one.head.usesResults);
}

/** Whether what was remembered was done by the code that this run used. */
function isSameCode(book: SetBook, memory: MemorySet): boolean {
  const then = Object.entries(memory.head.codes);
  return then.every(([code, digest]) => (book.codes.get(code) ?? digest) === digest);
}

/** Takes over from what was remembered what this run reused without looking closer. */
function mergeColumns(book: SetBook, memory: MemorySet): void {
  for (let index = 0; index < book.entry.size; index += 1) {
    if (!memory.isDone(index)) continue;
    const isOurs = book.outputs[index] !== undefined || book.hasFingerprint(index);
    if (book.done[index] === 1 && isOurs) {
      book.outputs[index] ??= memory.outputs(index);
      continue;
    }
    // Not finished in this run, or reused as it was: the earlier word stands.
    book.done[index] = 1;
    const print = memory.fingerprint(index);
    if (print !== '') book.setFingerprint(index, print);
    book.outputs[index] = memory.outputs(index);
    book.inputs[index] = memory.inputs(index);
    const spec = memory.spec(index);
    if (spec !== undefined) book.specs[index] = spec;
  }
}

function hasAny(column: readonly unknown[]): boolean {
  return column.some((one) => one !== undefined);
}

/** Remembers finished work of a run, set by set; sets in which nothing new was done are left as they are. */
export function saveMemory(
  parts: {
    readonly journal: Journal;
    readonly memory: Memory;
    readonly book: RunBook;
    readonly run: RunId;
    readonly redact: (text: string) => string;
  },
  now: number,
): void {
  const { journal, memory, book, run, redact } = parts;
  const changed = [...book.books].filter(
    (one) => one.entry.set?.reuse !== false && (one.isNew || isBetterKnown(one, memory)),
  );
  if (changed.length === 0) return;
  journal.transact(() => {
    for (const one of changed) {
      const { record, size } = one.entry;
      const before = memory.of(record.name).find((known) => known.digest === record.digest);
      if (before !== undefined && before.size === size && isSameCode(one, before)) {
        mergeColumns(one, before);
        for (const [code, digest] of Object.entries(before.head.codes)) one.codes.set(code, digest);
        if (before.head.usesResults && one.rendered < size) one.usesResults = true;
      } else if (one.rendered < size && one.done.includes(1)) {
        // An earlier leader rendered some of it, and what it saw is not known: specs have to be compared next time.
        one.usesResults = true;
      }
      memory.save(toSave(one, book, run), now, redact);
    }
  });
}

function column<T>(values: (T | undefined)[], size: number): (T | undefined)[] | undefined {
  if (!hasAny(values)) return undefined;
  values.length = size;
  return Array.from(values);
}

function toSave(one: SetBook, book: RunBook, run: RunId): MemoryToSave {
  const { record, first, size, set } = one.entry;
  const results: [number, Json][] = [];
  for (let index = 0; index < size; index += 1) {
    const value = one.done[index] === 1 ? book.results.get(first + index) : undefined;
    if (value !== undefined) results.push([index, value]);
  }
  const [inputs, outputs, specs] = [
    column(one.inputs, size),
    column(one.outputs, size),
    column(one.specs, size),
  ];
  return {
    name: record.name,
    digest: record.digest,
    run,
    size,
    head: {
      codes: Object.fromEntries(one.codes),
      usesResults: one.usesResults,
      hasInputs: set?.hasInputs !== false,
    },
    done: one.done,
    fingerprints: one.fingerprints,
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
    results,
    ...(specs === undefined ? {} : { specs }),
  };
}
