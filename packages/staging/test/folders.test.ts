import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { storageError } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import {
  bringFolder,
  findHeader,
  findManifest,
  InputCache,
  MANIFEST_NAME,
  publishFolder,
} from '../src/index.ts';
import { countedStore, filesIn, TestFolder } from './support.ts';

const BY = { project: 'ice', run: '3', task: 'make/a', attempt: 1, version: '0.1.0' };

function plant(folder: TestFolder, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(folder.file(path)), { recursive: true });
    writeFileSync(folder.file(path), text);
  }
}

function setUp() {
  const counted = countedStore();
  const at = { storage: counted.storage, key: 'out/a.zarr', address: 'results:out/a.zarr/' };
  const publish = (from: string, storage = at.storage) =>
    publishFolder(
      { ...at, storage },
      { from, files: filesIn(from), by: BY, at: Date.UTC(2026, 0, 1) },
    );
  return { ...counted, at, publish };
}

describe('publishing a folder', () => {
  it('leaves a manifest of every file, and who made them', async () => {
    using folder = new TestFolder();
    const { at, publish } = setUp();
    plant(folder, { '0.0': 'aa', 'sub/.zarray': '{}', empty: '' });

    const published = await publish(folder.path);

    expect(published).toMatchObject({ files: 3, bytes: 4, unchanged: 0, removed: 0 });
    const manifest = await findManifest(at);
    expect(manifest).toMatchObject({
      state: 'complete',
      files: 3,
      bytes: 4,
      by: BY,
      at: '2026-01-01T00:00:00.000Z',
    });
    expect(manifest?.entries.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['0.0', 2],
      ['empty', 0],
      ['sub/.zarray', 2],
    ]);
    const header = await findHeader(at);
    expect(header?.digest).toBe(manifest?.digest);
  });

  it('sends only what changed, removes what is no longer part of it, and leaves what is not its own', async () => {
    using folder = new TestFolder();
    using again = new TestFolder();
    const { storage, calls, at, publish } = setUp();
    plant(folder, { a: '1', b: '2', c: '3' });
    await publish(folder.path);
    await storage.write('out/a.zarr/notes.txt', Buffer.from('by hand'));
    plant(again, { a: '1', b: 'two' });
    calls.put = 0;

    const published = await publish(again.path);

    expect([published.unchanged, published.removed, calls.put]).toEqual([1, 1, 1]);
    const page = await storage.list({ prefix: 'out/a.zarr/' });
    expect(page.objects.map(({ key }) => key.slice('out/a.zarr/'.length))).toEqual([
      MANIFEST_NAME,
      'a',
      'b',
      'notes.txt',
    ]);
    expect((await findManifest(at))?.files).toBe(2);
  });

  it('is never taken for whole while it is not, and goes on where it stopped', async () => {
    using folder = new TestFolder();
    using target = new TestFolder();
    const { storage, calls, at, publish } = setUp();
    plant(folder, { a: '1', b: '2', c: '3' });
    await publish(folder.path);
    plant(folder, { a: 'one', b: 'two' });
    const flaky: typeof storage = {
      ...storage,
      put: (path, key, options) =>
        key.endsWith('/b')
          ? Promise.reject(storageError('STORAGE_UNAVAILABLE', 'away'))
          : storage.put(path, key, options),
    };
    await expect(publish(folder.path, flaky)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    const cache = new InputCache({ folder: target.file('cache'), maxBytes: 1e9, now: Date.now });

    await expect(
      bringFolder({ ...at, origin: 'm' }, target.file('in'), cache),
    ).rejects.toMatchObject({
      code: 'STAGING_INCOMPLETE',
      message: expect.stringContaining('make/a'),
    });

    calls.put = 0;
    const published = await publish(folder.path);
    expect([calls.put, published.unchanged]).toEqual([1, 2]);
    await bringFolder({ ...at, origin: 'm' }, target.file('in'), cache);
    expect(readFileSync(target.file('in/b'), 'utf8')).toBe('two');
  });

  it('remembers the files of before over a crash, so that none stays behind', async () => {
    using folder = new TestFolder();
    using again = new TestFolder();
    const { storage, publish } = setUp();
    plant(folder, { a: '1', old: '2' });
    await publish(folder.path);
    plant(again, { a: 'x' });
    const dying: typeof storage = {
      ...storage,
      delete: () => Promise.reject(storageError('STORAGE_UNAVAILABLE', 'away')),
    };
    await expect(publish(again.path, dying)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });

    await publish(again.path);

    expect(await storage.stat('out/a.zarr/old')).toBeUndefined();
  });
});

describe('bringing a folder', () => {
  it('brings what the manifest names, through the cache', async () => {
    using folder = new TestFolder();
    using target = new TestFolder();
    const { storage, calls, at, publish } = setUp();
    plant(folder, { a: '1', 'deep/b': '2', same: '1' });
    await publish(folder.path);
    await storage.write('out/a.zarr/notes.txt', Buffer.from('by hand'));
    const cache = new InputCache({ folder: target.file('cache'), maxBytes: 1e9, now: Date.now });

    await bringFolder({ ...at, origin: 'm' }, target.file('in'), cache);
    const again = await bringFolder({ ...at, origin: 'm' }, target.file('in2'), cache);

    expect(filesIn(target.file('in'))).toEqual(['a', 'deep/b', 'same']);
    expect(again).toEqual({ files: 3, bytes: 3, cached: 3 });
    expect(calls.fetch).toBeLessThanOrEqual(3);
    expect(readFileSync(target.file('in2', 'deep/b'), 'utf8')).toBe('2');
  });

  it('finds a hole: a file of the manifest that is gone', async () => {
    using folder = new TestFolder();
    using target = new TestFolder();
    const { storage, at, publish } = setUp();
    plant(folder, { a: '1', b: '2' });
    await publish(folder.path);
    await storage.delete('out/a.zarr/b');
    const cache = new InputCache({ folder: target.file('cache'), maxBytes: 1e9, now: Date.now });

    await expect(
      bringFolder({ ...at, origin: 'm' }, target.file('in'), cache),
    ).rejects.toMatchObject({
      code: 'STORAGE_NOT_FOUND',
      message: expect.stringContaining('out/a.zarr/b'),
    });
  });

  it('finds a file that was changed since', async () => {
    using folder = new TestFolder();
    using target = new TestFolder();
    const { storage, at, publish } = setUp();
    plant(folder, { a: '1' });
    await publish(folder.path);
    await storage.write('out/a.zarr/a', Buffer.from('other'));
    const cache = new InputCache({ folder: target.file('cache'), maxBytes: 1e9, now: Date.now });

    await expect(
      bringFolder({ ...at, origin: 'm' }, target.file('in'), cache),
    ).rejects.toMatchObject({ code: 'STAGING_CHANGED' });
  });

  it('goes by a listing where there is no manifest', async () => {
    using target = new TestFolder();
    const { storage, at } = setUp();
    for (let count = 0; count < 30; count += 1)
      await storage.write(`out/a.zarr/${count}`, Buffer.from(String(count)));
    const cache = new InputCache({ folder: target.file('cache'), maxBytes: 1e9, now: Date.now });

    const got = await bringFolder({ ...at, origin: 'm' }, target.file('in'), cache);

    expect(got.files).toBe(30);
    expect(readFileSync(join(target.path, 'in', '29'), 'utf8')).toBe('29');
    await expect(
      bringFolder({ ...at, key: 'nothing', origin: 'm' }, target.file('no'), cache),
    ).rejects.toMatchObject({ code: 'STORAGE_NOT_FOUND' });
  });
});
