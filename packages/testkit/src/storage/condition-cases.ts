import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { bytes, hasCode, pieces, rejectsWith, settle, textOf } from '../expectations.ts';
import type { StorageCase } from './storage-bench.ts';

const WRITERS = 12;

function contents(): readonly string[] {
  return Array.from({ length: WRITERS }, (_, n) => `writer ${n}`);
}

function allRefused(errors: readonly unknown[], code: string): void {
  for (const error of errors) hasCode(error, code);
}

/** Promises about conditional writes. */
export const CONDITION_CASES: readonly StorageCase[] = [
  {
    name: 'lets exactly one of many racing writers create a key',
    when: ({ conditionalCreate }) => conditionalCreate,
    async run(bench) {
      const stores = [await bench.open(), await bench.open()] as const;
      const texts = contents();

      for (const key of ['lock', 'deep/er/lock']) {
        const { values, errors } = await settle(
          texts.map((text, n) =>
            stores[n % 2 === 0 ? 0 : 1].write(key, n % 3 === 0 ? bytes(text) : pieces(text), {
              ifAbsent: true,
            }),
          ),
        );
        deepStrictEqual([values.length, errors.length], [1, WRITERS - 1]);
        allRefused(errors, 'STORAGE_EXISTS');
        strictEqual((await stores[0].stat(key))?.generation, values[0]?.generation);
        strictEqual(texts.includes(await textOf(stores[1].read(key))), true);
      }
    },
  },
  {
    name: 'refuses ifAbsent over an object and leaves it as it is; takes it again once deleted',
    when: ({ conditionalCreate }) => conditionalCreate,
    async run(bench) {
      const store = await bench.open();
      await store.write('k', bytes('first'));

      await rejectsWith(store.write('k', bytes('second'), { ifAbsent: true }), 'STORAGE_EXISTS');
      strictEqual(await textOf(store.read('k')), 'first');
      await store.delete('k');
      await store.write('k', bytes('third'), { ifAbsent: true });
      strictEqual(await textOf(store.read('k')), 'third');
    },
  },
  {
    name: 'refuses ifAbsent with STORAGE_UNSUPPORTED and writes nothing',
    when: ({ conditionalCreate }) => !conditionalCreate,
    async run(bench) {
      const store = await bench.open();

      await rejectsWith(store.write('k', bytes('x'), { ifAbsent: true }), 'STORAGE_UNSUPPORTED');
      strictEqual(await store.stat('k'), undefined);
    },
  },
  {
    name: 'lets exactly one of many racing writers replace a generation',
    when: ({ conditionalReplace }) => conditionalReplace,
    async run(bench) {
      const stores = [await bench.open(), await bench.open()] as const;
      const { generation } = await stores[0].write('k', bytes('base'));

      const { values, errors } = await settle(
        contents().map((text, n) =>
          stores[n % 2 === 0 ? 0 : 1].write('k', bytes(text), { ifMatch: generation }),
        ),
      );

      deepStrictEqual([values.length, errors.length], [1, WRITERS - 1]);
      allRefused(errors, 'STORAGE_CHANGED');
      strictEqual((await stores[1].stat('k'))?.generation, values[0]?.generation);
    },
  },
  {
    name: 'counts right when many add one by read and conditional replace',
    when: ({ conditionalReplace }) => conditionalReplace,
    async run(bench) {
      const stores = [await bench.open(), await bench.open()] as const;
      await stores[0].write('count', bytes('0'));
      const addOne = async (n: number, attempt = 1): Promise<void> => {
        ok(attempt < 1000, 'no attempt ever wins');
        const store = stores[n % 2 === 0 ? 0 : 1];
        const stat = await store.stat('count');
        const value = Number(await textOf(store.read('count')));
        await store
          .write('count', bytes(String(value + 1)), { ifMatch: stat?.generation ?? '' })
          .catch(async (error: unknown) => {
            hasCode(error, 'STORAGE_CHANGED');
            await addOne(n, attempt + 1);
          });
      };

      await Promise.all(Array.from({ length: 10 }, (_, n) => addOne(n)));

      strictEqual(await textOf(stores[0].read('count')), '10');
    },
  },
  {
    name: 'refuses ifMatch for another generation, a deleted and a missing object with STORAGE_CHANGED',
    when: ({ conditionalReplace }) => conditionalReplace,
    async run(bench) {
      const store = await bench.open();
      const old = await store.write('k', bytes('1'));
      const present = await store.write('k', bytes('2'));
      const changed = (key: string, ifMatch: string) =>
        rejectsWith(store.write(key, bytes('x'), { ifMatch }), 'STORAGE_CHANGED');

      await changed('k', old.generation);
      strictEqual(await textOf(store.read('k')), '2');
      await changed('missing', present.generation);
      strictEqual(await store.stat('missing'), undefined);
      await store.delete('k');
      await changed('k', present.generation);
      strictEqual(await store.stat('k'), undefined);
    },
  },
  {
    name: 'deletes only the matching generation when ifMatch is given',
    when: ({ conditionalReplace }) => conditionalReplace,
    async run(bench) {
      const store = await bench.open();
      const old = await store.write('k', bytes('1'));
      const present = await store.write('k', bytes('2'));

      await rejectsWith(store.delete('k', { ifMatch: old.generation }), 'STORAGE_CHANGED');
      strictEqual(await textOf(store.read('k')), '2');
      await store.delete('k', { ifMatch: present.generation });
      strictEqual(await store.stat('k'), undefined);
    },
  },
  {
    name: 'refuses ifMatch with STORAGE_UNSUPPORTED and changes nothing',
    when: ({ conditionalReplace }) => !conditionalReplace,
    async run(bench) {
      const store = await bench.open();
      const { generation } = await store.write('k', bytes('1'));
      const ifMatch = generation;

      await rejectsWith(store.write('k', bytes('2'), { ifMatch }), 'STORAGE_UNSUPPORTED');
      await rejectsWith(store.delete('k', { ifMatch }), 'STORAGE_UNSUPPORTED');
      strictEqual(await textOf(store.read('k')), '1');
    },
  },
  {
    name: 'refuses both conditions at once with STORAGE_UNSUPPORTED',
    async run(bench) {
      const store = await bench.open();
      const { generation } = await store.write('k', bytes('1'));
      const both = { ifAbsent: true, ifMatch: generation };

      await rejectsWith(store.write('k', bytes('2'), both), 'STORAGE_UNSUPPORTED');
      strictEqual(await textOf(store.read('k')), '1');
    },
  },
];
