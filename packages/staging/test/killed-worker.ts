/** Brings objects through a cache over and over until it is killed; announces each turn. `node killed-worker.ts CACHE TARGET`. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { MemoryStorage } from '@orchestrate/testkit';
import { InputCache } from '../src/index.ts';

/** Objects and their content, the same in every process. */
export const OBJECTS = 12;

export const contentOf = (index: number): Buffer =>
  Buffer.alloc(50_000 + index * 20_000, index + 1);

async function work(folder: string, target: string): Promise<never> {
  const inner = new MemoryStorage();
  for (let index = 0; index < OBJECTS; index += 1) await inner.write(`k${index}`, contentOf(index));
  const storage: MemoryStorage = Object.assign(Object.create(inner) as MemoryStorage, {
    // In pieces, as they come from a network: a kill finds files half written.
    fetch: async (key: string, path: string) => {
      const content = contentOf(Number(key.slice(1)));
      writeFileSync(path, '');
      for (let at = 0; at < content.length; at += 16_384) {
        appendFileSync(path, content.subarray(at, at + 16_384));
        await setImmediate();
      }
      const stat = await inner.stat(key);
      if (stat === undefined) throw new Error(key);
      return stat;
    },
    stat: (key: string) => inner.stat(key),
  });
  const cache = new InputCache({ folder, maxBytes: 900_000, now: Date.now });
  for (let turn = 0; ; turn += 1) {
    const jobs = Array.from({ length: OBJECTS }, (_, index) =>
      cache.bring({ storage, key: `k${index}`, origin: 'm' }, `${target}/${turn % 5}-${index}`),
    );
    await Promise.all(jobs);
    process.stdout.write('.');
  }
}

const [, script = '', folder, target] = process.argv;
if (script.endsWith('killed-worker.ts') && folder !== undefined && target !== undefined)
  await work(folder, target);
