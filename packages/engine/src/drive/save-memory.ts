import type { Json, RunId } from '@orchestrate/core';
import type { Journal } from '../journal/journal.ts';
import type { Memory, MemorySet } from './memory.ts';
import type { RunBook, SetBook } from './run-book.ts';

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
  const changed = [...book.books].filter((one) => one.isNew && one.entry.set?.reuse !== false);
  if (changed.length === 0) return;
  journal.transact(() => {
    for (const one of changed) {
      const { record, first, size, set } = one.entry;
      const before = memory.of(record.name).find((known) => known.digest === record.digest);
      if (before !== undefined && before.size === size && isSameCode(one, before)) {
        mergeColumns(one, before);
        for (const [code, digest] of Object.entries(before.head.codes)) one.codes.set(code, digest);
        if (before.head.usesResults) one.usesResults = true;
      }
      const results: [number, Json][] = [];
      for (let index = 0; index < size; index += 1) {
        const value = one.done[index] === 1 ? book.results.get(first + index) : undefined;
        if (value !== undefined) results.push([index, value]);
      }
      one.outputs.length = hasAny(one.outputs) ? size : 0;
      one.inputs.length = hasAny(one.inputs) ? size : 0;
      one.specs.length = hasAny(one.specs) ? size : 0;
      const hasInputs = set?.hasInputs !== false;
      memory.save(
        {
          name: record.name,
          digest: record.digest,
          run,
          size,
          head: {
            codes: Object.fromEntries(one.codes),
            usesResults: one.usesResults,
            hasInputs,
          },
          done: one.done,
          fingerprints: one.fingerprints,
          ...(one.inputs.length === 0 ? {} : { inputs: Array.from(one.inputs) }),
          ...(one.outputs.length === 0 ? {} : { outputs: Array.from(one.outputs) }),
          results,
          ...(one.specs.length === 0 ? {} : { specs: Array.from(one.specs) }),
        },
        now,
        redact,
      );
    }
  });
}
