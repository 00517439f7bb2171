import type { Json, RunId } from '@orchestrate/core';
import type { Journal } from '../journal/journal.ts';
import { Heritage, isSameLineage } from './heritage.ts';
import { identityOf } from './lineage.ts';
import type { Memory, MemorySet, MemoryToSave } from './memory.ts';
import type { RunBook, SetBook } from './run-book.ts';

/** Whether this run knows more of a set in which nothing new was done: all its tasks were looked at. */
function isBetterKnown(book: SetBook, memory: Memory, lineage: Heritage): boolean {
  const { name, digest, size } = book.entry.record;
  if (book.rendered < size || book.done.includes(0)) return false;
  const row = memory.of(name).find((one) => one.digest === digest);
  if (row === undefined || row.size !== size) return false;
  if (!book.usesResults && row.head.usesResults) return true;
  return !isSameLineage(row.head.lineage, lineage.of(book));
}

/** Whether what was remembered was done by the code that this run used. */
function isSameCode(book: SetBook, memory: MemorySet): boolean {
  const then = Object.entries(memory.head.codes);
  return then.every(([code, digest]) => (book.codes.get(code) ?? digest) === digest);
}

/** Takes over from what was remembered what this run did not do itself. Answers whether some of it nobody looked at. */
function mergeColumns(book: SetBook, memory: MemorySet): boolean {
  let hasUnseen = false;
  for (let index = 0; index < book.entry.size; index += 1) {
    if (!memory.isDone(index)) continue;
    const isOurs = book.outputs[index] !== undefined || book.hasFingerprint(index);
    if (book.done[index] === 1 && isOurs) {
      book.outputs[index] ??= memory.outputs(index);
      continue;
    }
    if (book.done[index] !== 1) hasUnseen = true;
    // Not finished in this run, or reused as it was: the earlier word stands.
    book.done[index] = 1;
    const print = memory.fingerprint(index);
    if (print !== '') book.setFingerprint(index, print);
    book.outputs[index] = memory.outputs(index);
    book.inputs[index] = memory.inputs(index);
    const spec = memory.spec(index);
    if (spec !== undefined) book.specs[index] = spec;
  }
  return hasUnseen;
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
  const heritage = new Heritage(book, memory, run);
  const changed = [...book.books].filter(
    (one) => one.entry.set?.reuse !== false && (one.isNew || isBetterKnown(one, memory, heritage)),
  );
  if (changed.length === 0) return;
  const unseen = new Set(changed.filter((one) => merge(one, memory)));
  // Only now, when the columns of all of them are what they will be.
  const merged = new Heritage(book, memory, run, changed);
  const lines = new Map(changed.map((one) => [one, merged.of(one)]));
  journal.transact(() => {
    for (const one of changed) {
      const lineage = lines.get(one);
      const before = rowOf(one, memory);
      const isMixed = unseen.has(one) && !isSameLineage(before?.head.lineage, lineage);
      memory.save(toSave(one, book, run, isMixed ? undefined : lineage), now, redact);
    }
  });
}

function rowOf(one: SetBook, memory: Memory): MemorySet | undefined {
  const { record, size } = one.entry;
  const row = memory.of(record.name).find((known) => known.digest === record.digest);
  return row?.size === size ? row : undefined;
}

/** Joins what this run knows with what was remembered. Answers whether some of it nobody looked at in this run. */
function merge(one: SetBook, memory: Memory): boolean {
  const { size } = one.entry;
  const before = rowOf(one, memory);
  if (before !== undefined && isSameCode(one, before)) {
    const hasUnseen = mergeColumns(one, before);
    for (const [code, digest] of Object.entries(before.head.codes)) one.codes.set(code, digest);
    if (one.rendered >= size) return hasUnseen;
    if (before.head.usesResults) one.usesResults = true;
    for (const [name, mark] of Object.entries(before.head.lineage ?? {})) {
      if (!mark.startsWith('=')) one.descendsFrom.add(name);
    }
    return hasUnseen || before.head.lineage === undefined;
  }
  if (one.rendered < size && one.done.includes(1)) {
    // An earlier leader rendered some of it, and what it saw is not known: specs have to be compared next time.
    one.usesResults = true;
    return true;
  }
  return false;
}

function column<T>(values: (T | undefined)[], size: number): (T | undefined)[] | undefined {
  if (!hasAny(values)) return undefined;
  values.length = size;
  return Array.from(values);
}

function toSave(
  one: SetBook,
  book: RunBook,
  run: RunId,
  lineage: Readonly<Record<string, string>> | undefined,
): MemoryToSave {
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
      ...(lineage === undefined ? {} : { lineage }),
      identity: identityOf(one.fingerprints),
    },
    done: one.done,
    fingerprints: one.fingerprints,
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
    results,
    ...(specs === undefined ? {} : { specs }),
  };
}
