import { deepStrictEqual, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bytes, bytesOf, rejectsWith, textOf } from '../expectations.ts';
import type { StorageCase } from './storage-bench.ts';

function sequence(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % 256);
}

/** Promises about reading and `stat`. */
export const READ_CASES: readonly StorageCase[] = [
  {
    name: 'declares the traits it is tested with',
    async run(bench) {
      const store = await bench.open();

      deepStrictEqual(store.traits, bench.traits);
      strictEqual(store.localPath !== undefined, bench.traits.local);
    },
  },
  {
    name: 'reads after a finished write see it, also from another instance',
    async run(bench) {
      const [writer, reader] = [await bench.open(), await bench.open()];
      const written = await writer.write('data/a.txt', bytes('one'));

      strictEqual(await textOf(writer.read('data/a.txt')), 'one');
      strictEqual(await textOf(reader.read('data/a.txt')), 'one');
      deepStrictEqual(await reader.stat('data/a.txt'), await writer.stat('data/a.txt'));
      strictEqual((await reader.stat('data/a.txt'))?.generation, written.generation);
    },
  },
  {
    name: 'keeps what was written after it is disposed and opened again; disposing twice is harmless',
    async run(bench) {
      const first = await bench.open();
      await first.write('kept', bytes('still here'));
      await first[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();

      strictEqual(await textOf((await bench.open()).read('kept')), 'still here');
    },
  },
  {
    name: 'says bytes, generation, time and the true digest, if any, of what is there',
    async run(bench) {
      const store = await bench.open();
      const before = Date.now();
      const written = await store.write('k', bytes('hello'));
      const stat = await store.stat('k');

      const known = { key: 'k', bytes: 5 };
      deepStrictEqual({ key: stat?.key, bytes: stat?.bytes }, known);
      deepStrictEqual({ key: written.key, bytes: written.bytes }, known);
      ok(Math.abs((stat?.modifiedAt ?? 0) - before) < 600_000, 'modifiedAt is in milliseconds');
      const digest = createHash('sha256').update('hello').digest('hex');
      strictEqual(stat?.sha256 ?? digest, digest);
      strictEqual(written.sha256 ?? digest, digest);
    },
  },
  {
    name: 'answers undefined for the stat and STORAGE_NOT_FOUND for the read of a missing key',
    async run(bench) {
      const store = await bench.open();

      strictEqual(await store.stat('missing/key'), undefined);
      await rejectsWith(bytesOf(store.read('missing/key')), 'STORAGE_NOT_FOUND');
      await rejectsWith(bytesOf(store.read('missing')), 'STORAGE_NOT_FOUND');
    },
  },
  {
    name: 'keeps an empty object',
    async run(bench) {
      const store = await bench.open();
      await store.write('empty', new Uint8Array());

      strictEqual((await store.stat('empty'))?.bytes, 0);
      strictEqual((await bytesOf(store.read('empty'))).length, 0);
      await rejectsWith(bytesOf(store.read('empty', { range: { first: 0 } })), 'STORAGE_RANGE');
    },
  },
  {
    name: 'reads ranges, first and last inclusive, cut at the end',
    async run(bench) {
      const store = await bench.open();
      const content = sequence(700_001);
      await store.write('r', content);
      const ranges: readonly (readonly [first: number, last?: number])[] = [
        [0, 0],
        [0, 9],
        [1],
        [65_535, 65_536],
        [700_000],
        [700_000, 700_000],
        [699_990, 900_000],
        [0],
      ];

      for (const [first, last] of ranges) {
        const range = last === undefined ? { first } : { first, last };
        const end = last === undefined ? undefined : last + 1;
        deepStrictEqual(
          Buffer.from(await bytesOf(store.read('r', { range }))),
          Buffer.from(content.subarray(first, end)),
          `range ${JSON.stringify(range)}`,
        );
      }
    },
  },
  {
    name: 'refuses a range that begins beyond the end, or makes no sense, with STORAGE_RANGE',
    async run(bench) {
      const store = await bench.open();
      await store.write('r', bytes('12345'));

      for (const range of [
        { first: 5 },
        { first: 9, last: 12 },
        { first: -1 },
        { first: 3, last: 2 },
        { first: 0.5 },
      ]) {
        await rejectsWith(bytesOf(store.read('r', { range })), 'STORAGE_RANGE');
      }
    },
  },
  {
    name: 'lets a reader stop early, and another one start over',
    async run(bench) {
      const store = await bench.open();
      const content = sequence(3_000_000);
      await store.write('big', content);
      for await (const piece of store.read('big')) {
        ok(piece.length > 0);
        break;
      }

      deepStrictEqual(Buffer.from(await bytesOf(store.read('big'))), Buffer.from(content));
    },
  },
  {
    name: 'changes the generation whenever the content changes, and never uses one again',
    async run(bench) {
      const store = await bench.open();
      const seen = new Set<string>();
      for (let round = 0; round < 40; round += 1) {
        const { generation } = await store.write('k', bytes(`v${round}`));
        seen.add(generation);
        await (round % 10 === 9 ? store.delete('k') : Promise.resolve());
      }

      strictEqual(seen.size, 40);
    },
  },
  {
    name: 'leaves the generation alone while nothing changes',
    async run(bench) {
      const store = await bench.open();
      const first = await store.write('k', bytes('v'));
      await store.write('other', bytes('w'));
      await textOf(store.read('k'));

      strictEqual((await store.stat('k'))?.generation, first.generation);
      notStrictEqual((await store.stat('other'))?.generation, undefined);
    },
  },
];
