import { type ChildProcess, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryStorage, seededRandom } from '@orchestrate/testkit';
import { expect, it } from 'vitest';
import { InputCache } from '../src/index.ts';
import { contentOf, OBJECTS } from './killed-worker.ts';
import { filesIn, TestFolder } from './support.ts';

const WORKER = fileURLToPath(new URL('killed-worker.ts', import.meta.url));
const KILLS = 12;

function start(folder: TestFolder, name: string): ChildProcess {
  mkdirSync(folder.file(name), { recursive: true });
  return spawn(
    process.execPath,
    ['--conditions=@orchestrate/source', WORKER, folder.file('cache'), folder.file(name)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

it('survives kills of the processes that share it: what is there is right', async () => {
  using folder = new TestFolder();
  const random = seededRandom(7);
  const lives = async (name: string): Promise<void> => {
    for (let count = 0; count < KILLS / 2; count += 1) {
      const child = start(folder, name);
      // Killed at some point of the second turn or later, wherever that finds it.
      for (let dots = 0; dots <= Math.floor(random() * 3); dots += 1)
        await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  };
  await Promise.all([lives('one'), lives('two')]);

  for (const name of ['one', 'two'])
    for (const path of filesIn(folder.file(name))) {
      if (path.endsWith('.part')) continue;
      const index = Number(path.split('-')[1]);
      expect(readFileSync(folder.file(name, path)).equals(contentOf(index)), path).toBe(true);
    }
  for (const path of filesIn(folder.file('cache/sha256')))
    expect(hash('sha256', readFileSync(folder.file('cache/sha256', path)), 'hex')).toBe(
      basename(path),
    );
  const storage = new MemoryStorage();
  const cache = new InputCache({ folder: folder.file('cache'), maxBytes: 1e9, now: Date.now });
  for (let index = 0; index < OBJECTS; index += 1) {
    await storage.write(`k${index}`, contentOf(index));
    await cache.bring(
      { storage, key: `k${index}`, origin: 'm' },
      folder.file('end', String(index)),
    );
    expect(readFileSync(folder.file('end', String(index))).equals(contentOf(index))).toBe(true);
  }
});
