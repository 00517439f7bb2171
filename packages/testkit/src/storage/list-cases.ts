import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { compareUtf8, type ListRequest, type Storage, type StorageTraits } from '@orchestrate/core';
import fc from 'fast-check';
import { bytes } from '../expectations.ts';
import type { StorageCase } from './storage-bench.ts';

/** Chosen so that sorting by UTF-16, by locale or by folder gives another order than by UTF-8 bytes. */
const KEYS: readonly string[] = [
  'B',
  'a',
  'b!',
  'b-/x',
  'b/1',
  'b/10',
  'b/2',
  'b/c/deep/1',
  'b/c/deep/2',
  'b/d',
  'b0',
  'z/\uff5e',
  'z/😀',
  'z/é',
  'zz',
];

interface Walk {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  readonly pages: number;
}

async function walk(store: Storage, request: ListRequest = {}): Promise<Walk> {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let next: string | undefined;
  let pages = 0;
  do {
    const page = await store.list({ ...request, ...(next === undefined ? {} : { next }) });
    const entries = page.objects.length + page.prefixes.length;
    ok(entries <= (request.limit ?? Number.POSITIVE_INFINITY), 'a page holds more than its limit');
    keys.push(...page.objects.map(({ key }) => key));
    prefixes.push(...page.prefixes);
    next = page.next;
    pages += 1;
    ok(pages < 1000, 'the listing does not come to an end');
  } while (next !== undefined);
  return { keys, prefixes, pages };
}

async function filled(store: Storage): Promise<void> {
  await Promise.all(KEYS.map((key) => store.write(key, bytes(key))));
}

/** The order that a store has by its traits. */
function orderOf({ utf16Order = false }: StorageTraits): (a: string, b: string) => number {
  return utf16Order ? (a, b) => (a < b ? -1 : Number(a > b)) : compareUtf8;
}

const sortedKeys = (traits: StorageTraits): readonly string[] => [...KEYS].sort(orderOf(traits));

// Folders begin with d and objects with o, so that no key is a folder of another.
const SEGMENT = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '~', ' ', 'é', '～', '😀') });
const GENERATED = fc.record({
  keys: fc.uniqueArray(
    fc
      .tuple(fc.array(SEGMENT, { maxLength: 3 }), SEGMENT)
      .map(([folders, name]) => [...folders.map((text) => `d${text}`), `o${name}`].join('/')),
    { maxLength: 12 },
  ),
  cut: fc.nat({ max: 8 }),
  limit: fc.integer({ min: 1, max: 5 }),
});

/** The prefixes that a grouped listing shows, and the keys it leaves. */
function grouped(keys: readonly string[], prefix: string): Pick<Walk, 'keys' | 'prefixes'> {
  const entries = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const end = key.indexOf('/', prefix.length);
      return end === -1 ? key : key.slice(0, end + 1);
    });
  const distinct = [...new Set(entries)];
  return {
    keys: distinct.filter((entry) => !entry.endsWith('/')),
    prefixes: distinct.filter((entry) => entry.endsWith('/')),
  };
}

/** Promises about listings. */
export const LIST_CASES: readonly StorageCase[] = [
  {
    name: 'lists an empty store, and a prefix nothing has, as one empty page',
    async run(bench) {
      const store = await bench.open();
      deepStrictEqual(await store.list(), { objects: [], prefixes: [] });
      await store.write('some/key', bytes('x'));

      deepStrictEqual(await store.list({ prefix: 'other/' }), { objects: [], prefixes: [] });
      deepStrictEqual(await store.list({ prefix: 'some/key/' }), { objects: [], prefixes: [] });
      deepStrictEqual(await store.list({ prefix: 'somewhere/deep/down/' }), {
        objects: [],
        prefixes: [],
      });
    },
  },
  {
    name: 'lists in the order that its traits say, with the stat of every object',
    async run(bench) {
      const store = await bench.open();
      await filled(store);
      const page = await store.list();

      deepStrictEqual(
        page.objects.map(({ key }) => key),
        sortedKeys(bench.traits),
      );
      for (const { key, bytes: length, generation } of page.objects) {
        const stat = await store.stat(key);
        deepStrictEqual([length, generation], [stat?.bytes, stat?.generation]);
      }
    },
  },
  {
    name: 'lists the keys that start with a prefix, wherever it ends',
    async run(bench) {
      const store = await bench.open();
      await filled(store);

      for (const prefix of ['', 'b', 'b/', 'b/1', 'b/c', 'b/c/d', 'b/c/deep/', 'z/', 'zz', 'B']) {
        deepStrictEqual(
          (await walk(store, { prefix })).keys,
          sortedKeys(bench.traits).filter((key) => key.startsWith(prefix)),
          `prefix ${prefix}`,
        );
      }
    },
  },
  {
    name: 'groups by the delimiter as folders do',
    async run(bench) {
      const store = await bench.open();
      await filled(store);
      const top = await walk(store, { delimiter: '/' });
      const inside = await walk(store, { delimiter: '/', prefix: 'b/' });
      const partial = await walk(store, { delimiter: '/', prefix: 'b' });

      deepStrictEqual(top.keys, ['B', 'a', 'b!', 'b0', 'zz']);
      deepStrictEqual(top.prefixes, ['b-/', 'b/', 'z/']);
      deepStrictEqual(inside.keys, ['b/1', 'b/10', 'b/2', 'b/d']);
      deepStrictEqual(inside.prefixes, ['b/c/']);
      deepStrictEqual(
        [partial.keys, partial.prefixes],
        [
          ['b!', 'b0'],
          ['b-/', 'b/'],
        ],
      );
    },
  },
  {
    name: 'gives the same listing in pages of any size, each entry once',
    async run(bench) {
      const store = await bench.open();
      await filled(store);

      for (const request of [{}, { prefix: 'b/' }, { delimiter: '/' }] as const) {
        const whole = await walk(store, request);
        for (const limit of [1, 2, 3, 7]) {
          const paged = await walk(store, { ...request, limit });
          deepStrictEqual(paged.keys, whole.keys, `limit ${limit}`);
          deepStrictEqual(paged.prefixes, whole.prefixes, `limit ${limit}`);
        }
      }
    },
  },
  {
    name: 'goes on after an object that was deleted between two pages',
    async run(bench) {
      const store = await bench.open();
      await filled(store);
      const first = await store.list({ limit: 4 });
      await store.delete(first.objects.at(-1)?.key ?? '');
      await store.delete('zz');

      const rest = await walk(store, { next: first.next ?? '' });
      deepStrictEqual(
        rest.keys,
        sortedKeys(bench.traits)
          .slice(4)
          .filter((key) => key !== 'zz'),
      );
    },
  },
  {
    name: 'shows no prefix once the last object below it is deleted',
    async run(bench) {
      const store = await bench.open();
      await store.write('gone/deep/1', bytes('x'));
      await store.write('kept/1', bytes('x'));
      await store.delete('gone/deep/1');

      deepStrictEqual((await store.list({ delimiter: '/' })).prefixes, ['kept/']);
      strictEqual((await store.list({ prefix: 'gone/' })).objects.length, 0);
    },
  },
  {
    name: 'lists whatever keys there are, by any prefix and page, as a sorted list would',
    async run(bench) {
      const store = await bench.open();
      const check = fc.asyncProperty(GENERATED, async ({ keys, cut, limit }) => {
        for (const { key } of (await store.list()).objects) await store.delete(key);
        for (const key of keys) await store.write(key, bytes(key));
        const sorted = [...keys].sort(orderOf(bench.traits));
        const prefix = Array.from(sorted.at(-1) ?? '')
          .slice(0, cut)
          .join('');

        const plain = await walk(store, { prefix, limit });
        deepStrictEqual(
          plain.keys,
          sorted.filter((key) => key.startsWith(prefix)),
        );
        const { keys: objects, prefixes } = await walk(store, { prefix, limit, delimiter: '/' });
        deepStrictEqual({ keys: objects, prefixes }, grouped(sorted, prefix));
      });
      await fc.assert(check, { numRuns: 25, seed: 1 });
    },
  },
];
