import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { bytes, rejectsWith, textOf } from '../expectations.ts';
import type { StorageCase } from './storage-bench.ts';

/** Promises about `delete` and `copy`. */
export const REMOVAL_CASES: readonly StorageCase[] = [
  {
    name: 'deletes an object, and does not mind when there is none',
    async run(bench) {
      const store = await bench.open();
      await store.write('a/b', bytes('x'));
      await store.delete('a/b');
      await store.delete('a/b');
      await store.delete('never/was');
      await store.delete('never');

      strictEqual(await store.stat('a/b'), undefined);
      deepStrictEqual((await store.list()).objects, []);
    },
  },
  {
    name: 'copies an object within the store',
    when: ({ serverCopy }) => serverCopy,
    async run(bench) {
      const store = await bench.open();
      await store.write('from', bytes('content'));
      await store.write('to/there', bytes('old'));
      const stat = await store.copy('from', 'to/there');
      await store.write('from', bytes('changed later'));

      deepStrictEqual([stat.key, stat.bytes], ['to/there', 7]);
      strictEqual(await textOf(store.read('to/there')), 'content');
      strictEqual((await store.stat('to/there'))?.generation, stat.generation);
      await store.copy('to/there', 'to/there');
      strictEqual(await textOf(store.read('to/there')), 'content');
    },
  },
  {
    name: 'refuses to copy what is not there, and heeds the condition of a copy',
    when: ({ serverCopy, conditionalCreate }) => serverCopy && conditionalCreate,
    async run(bench) {
      const store = await bench.open();
      await store.write('from', bytes('new'));
      await store.write('to', bytes('old'));

      await rejectsWith(store.copy('missing', 'to'), 'STORAGE_NOT_FOUND');
      await rejectsWith(store.copy('from', 'to', { ifAbsent: true }), 'STORAGE_EXISTS');
      strictEqual(await textOf(store.read('to')), 'old');
    },
  },
  {
    name: 'refuses to copy with STORAGE_UNSUPPORTED',
    when: ({ serverCopy }) => !serverCopy,
    async run(bench) {
      const store = await bench.open();
      await store.write('from', bytes('x'));

      await rejectsWith(store.copy('from', 'to'), 'STORAGE_UNSUPPORTED');
      strictEqual(await store.stat('to'), undefined);
    },
  },
];
