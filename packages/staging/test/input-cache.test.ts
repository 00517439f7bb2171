import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { storageError } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { InputCache } from '../src/index.ts';
import { countedStore, filesIn, TestFolder } from './support.ts';

const DAY = 24 * 3600 * 1000;

function cacheIn(
  folder: TestFolder,
  more: { maxBytes?: number; now?: () => number } = {},
): InputCache {
  return new InputCache({
    folder: folder.file('cache'),
    maxBytes: more.maxBytes ?? 1e9,
    now: more.now ?? (() => Date.UTC(2026, 0, 1)),
  });
}

describe.each([{ digests: true }, { digests: false }])(
  'with a store that tells digests: $digests',
  (what) => {
    it('fetches an object once, for every task and every later process', async () => {
      using folder = new TestFolder();
      const { storage, calls } = countedStore(what);
      await storage.write('a/x.nc', Buffer.from('content'));
      const source = { storage, key: 'a/x.nc', origin: 'mem://a/' };

      const first = await cacheIn(folder).bring(source, folder.file('one/x.nc'));
      const second = await cacheIn(folder).bring(source, folder.file('two/x.nc'));

      expect([first.cached, second.cached, calls.fetch]).toEqual([false, true, 1]);
      expect(readFileSync(folder.file('two/x.nc'), 'utf8')).toBe('content');
      expect(statSync(folder.file('one/x.nc')).mtimeMs).toBe(
        statSync(folder.file('two/x.nc')).mtimeMs,
      );
    });

    it('fetches it once also when many tasks want it at the same time', async () => {
      using folder = new TestFolder();
      const { storage, calls } = countedStore(what);
      await storage.write('x', Buffer.alloc(1e6, 7));
      const cache = cacheIn(folder);
      const source = { storage, key: 'x', origin: 'mem://a/' };

      await Promise.all(
        Array.from({ length: 40 }, (_, at) => cache.bring(source, folder.file(`job${at}`, 'x'))),
      );

      expect(calls.fetch).toBe(1);
      expect(readFileSync(folder.file('job39', 'x')).equals(Buffer.alloc(1e6, 7))).toBe(true);
    });

    it('fetches the new content of an object that was replaced', async () => {
      using folder = new TestFolder();
      const { storage } = countedStore(what);
      const cache = cacheIn(folder);
      const source = { storage, key: 'x', origin: 'mem://a/' };
      await storage.write('x', Buffer.from('old'));
      await cache.bring(source, folder.file('old'));
      await storage.write('x', Buffer.from('new'));

      await cache.bring(source, folder.file('new'));

      expect([
        readFileSync(folder.file('old'), 'utf8'),
        readFileSync(folder.file('new'), 'utf8'),
      ]).toEqual(['old', 'new']);
    });

    it('does not give to one task what another has written into its input', async () => {
      using folder = new TestFolder();
      const { storage, calls } = countedStore(what);
      await storage.write('x', Buffer.from('right'));
      const source = { storage, key: 'x', origin: 'mem://a/' };
      const cache = cacheIn(folder);
      await cache.bring(source, folder.file('one'));
      chmodSync(folder.file('one'), 0o644);
      writeFileSync(folder.file('one'), 'wrong');

      await cache.bring(source, folder.file('two'));

      expect(readFileSync(folder.file('two'), 'utf8')).toBe('right');
      expect(calls.fetch).toBe(2);
    });

    it('does not give a content that a disk has spoilt, whatever its time says', async () => {
      using folder = new TestFolder();
      const { storage } = countedStore(what);
      await storage.write('x', Buffer.from('right'));
      const source = { storage, key: 'x', origin: 'mem://a/' };
      await cacheIn(folder).bring(source, folder.file('one'));
      const [blob = ''] = filesIn(folder.file('cache/sha256'));
      const path = folder.file('cache/sha256', blob);
      const { atime, mtime } = lstatSync(path);
      chmodSync(path, 0o644);
      writeFileSync(path, 'spoil');
      utimesSync(path, atime, mtime);

      await cacheIn(folder).bring(source, folder.file('two'));

      expect(readFileSync(folder.file('two'), 'utf8')).toBe('right');
    });
  },
);

describe('the bound', () => {
  it('holds, and what was not used for longest goes first', async () => {
    using folder = new TestFolder();
    const { storage, calls } = countedStore();
    let now = Date.UTC(2026, 0, 1);
    const cache = cacheIn(folder, { maxBytes: 1000, now: () => now });
    const bring = async (key: string, to: string): Promise<boolean> => {
      now += 60_000;
      const { cached } = await cache.bring({ storage, key, origin: 'm' }, folder.file(to));
      return cached;
    };
    for (const key of ['a', 'b', 'c', 'd']) await storage.write(key, Buffer.alloc(300, key));
    await bring('a', 'a');
    await bring('b', 'b');
    await bring('c', 'c');
    expect(await bring('a', 'a2')).toBe(true);

    await bring('d', 'd');

    const kept = filesIn(folder.file('cache/sha256')).map(
      (path) => readFileSync(folder.file('cache/sha256', path), 'utf8')[0],
    );
    expect(new Set(kept)).toEqual(new Set(['a', 'c', 'd']));
    expect(readFileSync(folder.file('b'), 'utf8')).toBe('b'.repeat(300));
    expect(calls.fetch).toBe(4);
  });

  it('leaves out an object that is larger than all of it', async () => {
    using folder = new TestFolder();
    const { storage } = countedStore();
    await storage.write('x', Buffer.alloc(2000, 1));

    await cacheIn(folder, { maxBytes: 1000 }).bring(
      { storage, key: 'x', origin: 'm' },
      folder.file('x'),
    );

    expect(statSync(folder.file('x')).size).toBe(2000);
    expect(existsSync(folder.file('cache/sha256'))).toBe(false);
  });

  it('counts what other processes have kept', async () => {
    using folder = new TestFolder();
    const { storage } = countedStore();
    const [one, two] = [cacheIn(folder, { maxBytes: 1000 }), cacheIn(folder, { maxBytes: 1000 })];
    for (let at = 0; at < 20; at += 1) {
      await storage.write(`k${at}`, Buffer.alloc(100, at));
      await [one, two][at % 2]?.bring(
        { storage, key: `k${at}`, origin: 'm' },
        folder.file(`k${at}`),
      );
    }

    const bytes = filesIn(folder.file('cache/sha256')).reduce(
      (sum, path) => sum + statSync(folder.file('cache/sha256', path)).size,
      0,
    );
    expect(bytes).toBeLessThanOrEqual(1100);
  });
});

describe('a full disk under the cache', () => {
  it('empties the cache and brings the object past it', async () => {
    using folder = new TestFolder();
    const { storage } = countedStore();
    await storage.write('old', Buffer.from('old'));
    await storage.write('x', Buffer.from('content'));
    const cache = cacheIn(folder);
    await cache.bring({ storage, key: 'old', origin: 'm' }, folder.file('old'));
    const full: typeof storage = {
      ...storage,
      fetch: (key, path, options) =>
        path.includes('cache')
          ? Promise.reject(storageError('STORAGE_FULL', 'no room'))
          : storage.fetch(key, path, options),
    };

    await cache.bring({ storage: full, key: 'x', origin: 'm' }, folder.file('x'));

    expect(readFileSync(folder.file('x'), 'utf8')).toBe('content');
    expect(filesIn(folder.file('cache'))).toEqual([]);
  });

  it('is told as such when there is no room for the object itself', async () => {
    using folder = new TestFolder();
    const { storage } = countedStore();
    await storage.write('x', Buffer.from('content'));
    const full: typeof storage = {
      ...storage,
      fetch: () => Promise.reject(storageError('STORAGE_FULL', 'no room')),
    };

    await expect(
      cacheIn(folder).bring({ storage: full, key: 'x', origin: 'm' }, folder.file('x')),
    ).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(filesIn(folder.path)).toEqual([]);
  });
});

it('removes what a killed process left half fetched, after a day', async () => {
  using folder = new TestFolder();
  const { storage } = countedStore();
  let now = Date.now();
  await storage.write('x', Buffer.from('1'));
  await cacheIn(folder, { now: () => now }).bring(
    { storage, key: 'x', origin: 'm' },
    folder.file('x'),
  );
  writeFileSync(folder.file('cache/half/1234-old'), 'half');
  now += 2 * DAY;
  await storage.write('y', Buffer.from('2'));

  await cacheIn(folder, { now: () => now }).bring(
    { storage, key: 'y', origin: 'm' },
    folder.file('y'),
  );

  expect(filesIn(folder.file('cache/half'))).toEqual([]);
});

it('says what is missing in the words of the storage', async () => {
  using folder = new TestFolder();
  const { storage } = countedStore();

  await expect(
    cacheIn(folder).bring({ storage, key: 'none', origin: 'm' }, folder.file('x')),
  ).rejects.toMatchObject({ code: 'STORAGE_NOT_FOUND' });
  expect(existsSync(folder.file('x'))).toBe(false);
});
