import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@orchestrate/core';
import { memoryLogger } from '@orchestrate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalStorage } from '../src/local-storage.ts';
import { ownToken } from '../src/owner.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'storage-local-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

function open(log = silentLogger): LocalStorage {
  return LocalStorage.open(root, { fsync: false, clock, log });
}

function start(mode: string, count = 0): ChildProcess {
  const args = ['--conditions=@orchestrate/source', writer, root, mode, String(count)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function text(store: LocalStorage, key: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(key)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('local storage among processes', () => {
  it('shows only whole objects after writers were killed in the middle of writing', async () => {
    for (let round = 0; round < 6; round += 1) {
      const child = start('replace');
      await once(child.stdout ?? child, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');

      const store = open();
      const { objects } = await store.list();
      expect(objects.map(({ key }) => key)).toEqual(['objects/0', 'objects/1', 'objects/2']);
      for (const { key, bytes } of objects) {
        const content = await text(store, key);
        expect(bytes).toBe(40 * 4096);
        expect(content).toBe((content[0] ?? '').repeat(40 * 4096));
      }
      await store.write('objects/0', Buffer.from('the lock is free'));
      await store[Symbol.asyncDispose]();
    }
  });

  it('removes what killed writers left, once it is old, and says so', async () => {
    const child = start('replace');
    await once(child.stdout ?? child, 'data');
    const aside = join(root, '.orchestrate-tmp');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const foreign = join(aside, 'other-host~1~5~abc.part');
    const dead = ownToken().replace(/~\d+~\d+$/, `~${child.pid}~1`);
    const mine = join(aside, `${dead}~abc.part`);
    await writeFile(foreign, 'x');
    await writeFile(mine, 'left');
    const log = memoryLogger();
    await open(log).write('a', Buffer.from('too early'));
    expect(log.lines).toEqual([]);
    const hours = (count: number) => Date.now() / 1000 - count * 3600;
    await utimes(mine, hours(2), hours(2));
    await utimes(foreign, hours(2), hours(2));

    await open(log).write('a', Buffer.from('now'));

    const left = await readdir(aside);
    expect(left).toContain('other-host~1~5~abc.part');
    expect(left).not.toContain(`${dead}~abc.part`);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'removed unfinished files of killed writers',
    ]);
  });

  it('loses no conditional replacement among four processes', async () => {
    const store = open();
    await store.write('count', Buffer.from('0'));
    const children = Array.from({ length: 4 }, () => start('count', 50));
    const codes = await Promise.all(
      children.map(async (child): Promise<unknown> => (await once(child, 'exit'))[0]),
    );

    expect(codes).toEqual([0, 0, 0, 0]);
    expect(await text(store, 'count')).toBe('200');
  }, 30_000);
});
