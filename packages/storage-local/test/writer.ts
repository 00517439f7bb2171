import { silentLogger } from '@orchestrate/core';
import { LocalStorage } from '../src/local-storage.ts';

// A process of its own for tests: replaces objects again and again until killed, or adds to a counter.
const [root = '', mode = '', count = '0'] = process.argv.slice(2);
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const store = LocalStorage.open(root, { fsync: false, clock, log: silentLogger });

async function* versions(letter: string): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < 40; piece += 1) yield Buffer.alloc(4096, letter);
}

async function replaceForever(): Promise<void> {
  for (let round = 0; ; round += 1) {
    const letter = String.fromCharCode(97 + (round % 26));
    await store.write(`objects/${round % 3}`, versions(letter));
    if (round === 20) process.stdout.write('going\n');
  }
}

async function addOne(): Promise<void> {
  for (;;) {
    const stat = await store.stat('count');
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of store.read('count')) pieces.push(piece);
      const value = Number(Buffer.concat(pieces).toString());
      await store.write('count', Buffer.from(String(value + 1)), {
        ifMatch: stat?.generation ?? '',
      });
      return;
    } catch (error) {
      const isLate = error instanceof Error && 'code' in error && error.code === 'STORAGE_CHANGED';
      if (!isLate) throw error;
    }
  }
}

if (mode === 'replace') await replaceForever();
for (let n = 0; n < Number(count); n += 1) await addOne();
