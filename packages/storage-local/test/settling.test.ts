import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { silentLogger } from '@orchestrate/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalStorage } from '../src/local-storage.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settling-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a `sync` first in line that notes its calls and ends with a code, the last one for all that follow. */
function useSync(...codes: readonly number[]): () => string[] {
  const calls = join(folder, 'calls');
  const cases = codes.slice(0, -1).map((code, at) => `${at + 1}) exit ${code};;`);
  writeFileSync(
    join(folder, 'sync'),
    `#!/bin/sh\necho "$*" >> '${calls}'\ncase $(wc -l < '${calls}' | tr -d ' ') in ${cases.join(' ')} *) exit ${codes.at(-1)};; esac\n`,
  );
  chmodSync(join(folder, 'sync'), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}/usr/bin${delimiter}/bin`);
  return () => (existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').filter(Boolean) : []);
}

const clock = {
  now: () => 0,
  monotonic: () => 0,
};
function open(fsync = true): LocalStorage {
  const options = { fsync, clock, log: silentLogger } as never;
  return LocalStorage.open(join(folder, 'root'), options);
}

async function writeSome(storage: LocalStorage): Promise<void> {
  for (let n = 0; n < 5; n += 1) {
    await storage.write(`a/${n}`, Buffer.from(`content ${n}`), { durable: 'later' });
    writeFileSync(join(folder, 'file'), `content ${n}`);
    await storage.put(join(folder, 'file'), `b/${n}`, { durable: 'later' });
  }
}

describe.runIf(process.platform === 'linux')('objects that are to be durable later', () => {
  it('are brought to the disk together', async () => {
    const calls = useSync(0);
    await using storage = open();
    await writeSome(storage);
    // Whether it can be done was tried beforehand.
    expect(calls()).toEqual([`-f -- ${join(folder, 'root')}`]);

    await storage.settle();

    expect(calls()).toHaveLength(2);
    expect(readFileSync(join(folder, 'root', 'b', '4'), 'utf8')).toBe('content 4');
  });

  it('are brought there one by one where that cannot be done', async () => {
    const calls = useSync(1);
    await using storage = open();
    await writeSome(storage);

    await storage.settle();

    expect(calls()).toHaveLength(1);
    expect(readFileSync(join(folder, 'root', 'a', '4'), 'utf8')).toBe('content 4');
  });

  it('are not said to be safe when the disk fails', async () => {
    const calls = useSync(0, 1);
    await using storage = open();
    await writeSome(storage);

    await expect(storage.settle()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(storage.settle()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(calls()).toHaveLength(3);
  });

  it('ask for nothing where nothing is to be flushed', async () => {
    const calls = useSync(0);
    await using storage = open(false);
    await writeSome(storage);

    await storage.settle();

    expect(calls()).toEqual([]);
  });

  it('may be settled beforehand, in a store that is not there yet', async () => {
    const calls = useSync(0);
    await using storage = open();

    await storage.settle();
    await writeSome(storage);

    expect(calls()).toHaveLength(2);
    expect(readFileSync(join(folder, 'root', 'b', '4'), 'utf8')).toBe('content 4');
  });
});
