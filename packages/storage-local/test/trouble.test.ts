import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@orchestrate/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalStorage } from '../src/local-storage.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const [MOUNT, UNMOUNT] = ['mount', 'umount'];
let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'storage-local-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

function open(path: string, fsync = false): LocalStorage {
  return LocalStorage.open(path, { fsync, clock, log: silentLogger });
}

/** A small disk of its own, where that is allowed; says aloud when it is not. */
function mountedDisk(path: string): boolean {
  mkdirSync(path);
  const { status } = spawnSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  if (status !== 0) process.stderr.write('NOT RUN: a full disk needs the right to mount a tmpfs\n');
  return status === 0;
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
if (!canMount) process.stderr.write('NOT RUN: tests of a full disk (need root on Linux)\n');
const isRoot = process.getuid?.() === 0;

describe('local storage in trouble', () => {
  it.runIf(canMount)(
    'says STORAGE_FULL on a full disk, keeps the old content, and goes on later',
    async ({ skip }) => {
      const disk = join(home, 'disk');
      skip(!mountedDisk(disk), 'no right to mount');
      try {
        const store = open(disk);
        await store.write('k', Buffer.from('old'));
        const big = Buffer.alloc(2_000_000, 'x');
        const error = await store.write('k', big).catch((got: unknown) => got);
        const large = join(home, 'large');
        writeFileSync(large, big);

        expect(error).toMatchObject({ code: 'STORAGE_FULL', retry: 'later' });
        expect(String(error)).toContain(join(disk, 'k'));
        await expect(store.put(large, 'k')).rejects.toMatchObject({ code: 'STORAGE_FULL' });
        expect(existsSync(large)).toBe(true);
        expect((await store.stat('k'))?.bytes).toBe(3);
        expect(readdirSync(join(disk, '.orchestrate-tmp'))).toEqual(['lock.db']);
        await store.write('k', Buffer.from('small again'));
        await store.fetch('k', join(home, 'fetched'));
        await store.write('from-other-disk', Buffer.from('x'));
        await store[Symbol.asyncDispose]();
      } finally {
        spawnSync(UNMOUNT, ['-l', disk]);
      }
    },
  );

  it.runIf(canMount)(
    'copies a put file from another disk and leaves it there',
    async ({ skip }) => {
      const disk = join(home, 'disk');
      skip(!mountedDisk(disk), 'no right to mount');
      try {
        const file = join(disk, 'file');
        writeFileSync(file, 'content');
        const store = open(join(home, 'root'));
        const stat = await store.put(file, 'k');
        await store[Symbol.asyncDispose]();

        expect(stat.bytes).toBe(7);
        expect(existsSync(file)).toBe(true);
      } finally {
        spawnSync(UNMOUNT, ['-l', disk]);
      }
    },
  );

  it.runIf(!isRoot)('says STORAGE_DENIED with the path when permissions are missing', async () => {
    const root = join(home, 'root');
    mkdirSync(root);
    chmodSync(root, 0o500);

    await expect(open(root).write('k', Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORAGE_DENIED',
      details: { path: `${root}/k` },
    });
    chmodSync(root, 0o700);
  });

  it('says STORAGE_ROOT when the path is a file', () => {
    const file = join(home, 'file');
    writeFileSync(file, 'x');

    expect(() => open(file)).toThrow(expect.objectContaining({ code: 'STORAGE_ROOT' }));
    expect(() => open(join(file, 'below'))).toThrow(
      expect.objectContaining({ code: 'STORAGE_ROOT' }),
    );
  });

  it('makes its root with the first write and not before', async () => {
    const root = join(home, 'deep', 'root');
    const store = open(root, true);
    expect(await store.stat('k')).toBeUndefined();
    expect(await store.list()).toEqual({ objects: [], prefixes: [] });
    expect(existsSync(join(home, 'deep'))).toBe(false);
    expect((await store.diagnose()).map(({ state }) => state)).not.toContain('bad');
    await store.write('k', Buffer.from('x'));

    expect(existsSync(join(root, 'k'))).toBe(true);
    expect((await store.diagnose()).map(({ state }) => state)).not.toContain('bad');
  });

  it('uses mtime in nanoseconds and inode as generation, as views of files do', async () => {
    const store = open(join(home, 'root'));
    const { generation } = await store.write('k', Buffer.from('x'));

    expect(generation).toMatch(/^\d{19}-\d+$/);
  });

  it('leaves no handle open', async () => {
    const store = open(join(home, 'root'), true);
    const before = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
    for (let n = 0; n < 60; n += 1) {
      const file = join(home, 'file');
      writeFileSync(file, 'x');
      await store.put(file, `a/${n}`);
      await store.write('b/c', Buffer.from('x'));
      await store.delete(`a/${n}`);
      await store.stat('missing/deep');
      await store.list({ delimiter: '/' });
      await store.write('k', Buffer.from('x'), { ifMatch: '1' }).catch(() => {});
    }
    const after = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;

    expect(after).toBeLessThan(before + 5);
  });
});
