import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { join } from 'node:path';
import { isFlowError } from '@orchestrate/core';
import { bytes, bytesOf, rejection, rejectsWith, textOf } from '../expectations.ts';
import type { StorageCase } from './storage-bench.ts';

const INVALID: readonly string[] = [
  '',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  'a/../b',
  '../a',
  'a/.',
  './a',
  'a/..',
  'a\nb',
  'a\u0000b',
  'a\u007fb',
  'a\ud800b',
  'x'.repeat(1025),
  'é'.repeat(513),
];

const VALID: readonly string[] = [
  'a',
  'A',
  '0',
  '-rf',
  'with space',
  'a.b.c',
  '.hidden',
  '$(touch owned);`id`|&><*?[]{}!#~^%\'"',
  'percent%2Fencoded%00',
  'ключ/鍵/🔑',
  'e\u0301',
  'question?x=1&y=2#z',
  'thickness=100.0,slope=1e-3',
  `${'x'.repeat(200)}/`.repeat(4) + 'y'.repeat(19),
];

/** Names that some services would keep under another name, or that meet their limit below a prefix. */
const DIFFICULT: readonly string[] = [
  '...',
  'x/..y/z..',
  'back\\slash',
  `${'x'.repeat(200)}/`.repeat(5) + 'y'.repeat(19),
];

/** Promises about keys. */
export const KEY_CASES: readonly StorageCase[] = [
  {
    name: 'refuses every malformed key with STORAGE_KEY in every method',
    async run(bench) {
      const store = await bench.open();
      const path = join(bench.folder, 'file');
      for (const key of INVALID) {
        await rejectsWith(store.write(key, bytes('x')), 'STORAGE_KEY');
        await rejectsWith(store.stat(key), 'STORAGE_KEY');
        await rejectsWith(bytesOf(store.read(key)), 'STORAGE_KEY');
        await rejectsWith(store.delete(key), 'STORAGE_KEY');
        await rejectsWith(store.put(path, key), 'STORAGE_KEY');
        await rejectsWith(store.fetch(key, path), 'STORAGE_KEY');
      }
      deepStrictEqual((await store.list()).objects, []);
    },
  },
  {
    name: 'keeps objects under hostile, long and non-ASCII keys apart and verbatim',
    async run(bench) {
      const store = await bench.open();
      for (const key of VALID) await store.write(key, bytes(`content of ${key}`));

      for (const key of VALID) {
        strictEqual(await textOf(store.read(key)), `content of ${key}`);
        strictEqual((await store.stat(key))?.key, key);
      }
      deepStrictEqual((await store.list()).objects.map(({ key }) => key).sort(), [...VALID].sort());
    },
  },
  {
    name: 'keeps difficult keys verbatim, or refuses them with STORAGE_KEY in every method',
    async run(bench) {
      const store = await bench.open();
      const codeOf = (error: unknown): string => (isFlowError(error) ? error.code : String(error));

      for (const key of DIFFICULT) {
        const outcome = await store.write(key, bytes('x')).then(() => key, codeOf);
        const seen = await store.stat(key).then((stat) => stat?.key, codeOf);
        deepStrictEqual(
          [outcome, seen],
          outcome === 'STORAGE_KEY' ? ['STORAGE_KEY', 'STORAGE_KEY'] : [key, key],
        );
      }
      const kept = (await store.list()).objects.map(({ key }) => key);
      deepStrictEqual(
        kept.filter((key) => !DIFFICULT.includes(key)),
        [],
      );
    },
  },
  {
    name: 'holds a key below another key, or refuses it with STORAGE_CONFLICT and harms nothing',
    async run(bench) {
      const store = await bench.open();
      await store.write('a', bytes('file'));
      await store.write('f/b', bytes('below'));

      const outcomes = await Promise.all(
        ['a/b', 'f'].map(async (key) => {
          const error = await rejection(
            store.write(key, bytes('second')).then(() => Promise.reject(new Error('both fit'))),
          );
          return isFlowError(error) ? error.code : String(error);
        }),
      );

      const expected = outcomes.map((outcome) =>
        outcome === 'Error: both fit' ? outcome : 'STORAGE_CONFLICT',
      );
      deepStrictEqual(outcomes, expected);
      strictEqual(await textOf(store.read('a')), 'file');
      strictEqual(await textOf(store.read('f/b')), 'below');
    },
  },
  {
    name: 'sees no object where a key is only the folder of another',
    async run(bench) {
      const store = await bench.open();
      await store.write('folder/below', bytes('x'));

      strictEqual(await store.stat('folder'), undefined);
      strictEqual(await store.stat('folder/below/deeper'), undefined);
      await rejectsWith(bytesOf(store.read('folder')), 'STORAGE_NOT_FOUND');
      await store.delete('folder');
      strictEqual(await textOf(store.read('folder/below')), 'x');
    },
  },
  {
    name: 'can use a name again as object after it was a folder, and the other way round',
    async run(bench) {
      const store = await bench.open();
      await store.write('name/below/deep', bytes('1'));
      await store.delete('name/below/deep');
      await store.write('name', bytes('2'));
      strictEqual(await textOf(store.read('name')), '2');
      await store.delete('name');
      await store.write('name/below', bytes('3'));

      strictEqual(await textOf(store.read('name/below')), '3');
    },
  },
];
