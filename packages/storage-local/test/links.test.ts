import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@orchestrate/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalStorage } from '../src/local-storage.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
let home = '';
let root = '';
let outside = '';
let store: LocalStorage;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'storage-local-'));
  root = join(home, 'root');
  outside = join(home, 'outside');
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, 'precious'), 'mine');
  store = LocalStorage.open(root, { fsync: false, clock, log: silentLogger });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

async function text(key: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(key)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const LINK = { code: 'STORAGE_LINK' };

describe('local storage and links', () => {
  it('goes through no linked folder, at any depth, in any method', async () => {
    symlinkSync(outside, join(root, 'link'));
    mkdirSync(join(root, 'a'));
    symlinkSync(outside, join(root, 'a', 'link'));
    const file = join(home, 'file');
    writeFileSync(file, 'new');

    for (const folder of ['link', 'a/link']) {
      const key = `${folder}/precious`;
      await expect(store.write(key, Buffer.from('x'))).rejects.toMatchObject(LINK);
      await expect(store.write(`${folder}/new/deep`, Buffer.from('x'))).rejects.toMatchObject(LINK);
      await expect(store.put(file, key)).rejects.toMatchObject(LINK);
      await expect(store.stat(key)).rejects.toMatchObject(LINK);
      await expect(text(key)).rejects.toMatchObject(LINK);
      await expect(store.fetch(key, join(home, 'fetched'))).rejects.toMatchObject(LINK);
      await expect(store.delete(key)).rejects.toMatchObject(LINK);
      await expect(store.copy(key, 'copy')).rejects.toMatchObject(LINK);
    }
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('mine');
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  it('neither reads, replaces nor removes an object that is a link', async () => {
    symlinkSync(join(outside, 'precious'), join(root, 'link'));

    await expect(store.stat('link')).rejects.toMatchObject(LINK);
    await expect(text('link')).rejects.toMatchObject(LINK);
    await expect(store.write('link', Buffer.from('x'))).rejects.toMatchObject(LINK);
    await expect(store.delete('link')).rejects.toMatchObject(LINK);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('mine');
    expect(readdirSync(root)).toContain('link');
  });

  it('makes no folder behind a link that leads nowhere', async () => {
    symlinkSync(join(home, 'nowhere'), join(root, 'link'));

    await expect(store.write('link/x', Buffer.from('x'))).rejects.toMatchObject(LINK);
    expect(existsSync(join(home, 'nowhere'))).toBe(false);
  });

  it('lists no links, nor anything behind them, nor its own files', async () => {
    symlinkSync(outside, join(root, 'linked-folder'));
    symlinkSync(join(outside, 'precious'), join(root, 'linked-file'));
    mkdirSync(join(root, '.orchestrate'));
    writeFileSync(join(root, '.orchestrate', 'journal.db'), 'x');
    await store.write('real/one', Buffer.from('x'));

    const { objects } = await store.list();
    const grouped = await store.list({ delimiter: '/' });

    expect(objects.map(({ key }) => key)).toEqual(['real/one']);
    expect(grouped.prefixes).toEqual(['real/']);
  });

  it('refuses keys that belong to Orchestrate', async () => {
    for (const key of ['.orchestrate/journal.db', '.orchestrate-tmp/x', '.orchestrate'])
      await expect(store.write(key, Buffer.from('x'))).rejects.toMatchObject({
        code: 'STORAGE_KEY',
      });
    await expect(store.write('x'.repeat(256), Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORAGE_KEY',
    });
  });

  it('refuses a root that was replaced by a link', async () => {
    await store.write('a', Buffer.from('x'));
    renameSync(root, join(home, 'moved'));
    symlinkSync(outside, root);

    await expect(store.write('precious', Buffer.from('x'))).rejects.toMatchObject(LINK);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('mine');
  });

  it('accepts a root that is reached through a link when it is opened', async () => {
    symlinkSync(root, join(home, 'alias'));
    const other = LocalStorage.open(join(home, 'alias'), {
      fsync: false,
      clock,
      log: silentLogger,
    });
    await other.write('a', Buffer.from('through the alias'));
    await other[Symbol.asyncDispose]();

    expect(await text('a')).toBe('through the alias');
  });

  it('copies a file that has a second name instead of moving it', async () => {
    const file = join(home, 'file');
    writeFileSync(file, 'shared');
    linkSync(file, join(home, 'second'));
    await store.put(file, 'k');
    writeFileSync(join(home, 'second'), 'scribble', { flag: 'r+' });

    expect(await text('k')).toBe('shared');
  });

  it('says in a read that the file was changed underneath', async () => {
    await store.write('k', Buffer.alloc(3_000_000, 'a'));
    const reading = store.read('k')[Symbol.asyncIterator]();
    await reading.next();
    writeFileSync(join(root, 'k'), 'b', { flag: 'r+' });
    const rest = (async () => {
      for (let step = await reading.next(); step.done !== true; step = await reading.next());
    })();

    await expect(rest).rejects.toMatchObject({ code: 'STORAGE_CHANGED' });
  });
});
