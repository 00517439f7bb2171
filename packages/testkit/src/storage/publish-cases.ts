import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  bytes,
  bytesOf,
  gate,
  hasCode,
  pieces,
  rejection,
  rejectsWith,
  textOf,
} from '../expectations.ts';
import type { StorageCase } from './storage-bench.ts';

const ZEROS = '0'.repeat(64);

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function* failing(error: Error): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes('first half'));
  throw error;
}

/** Promises about atomic publishing. */
export const PUBLISH_CASES: readonly StorageCase[] = [
  {
    name: 'publishes a stream as one object, whatever its pieces',
    async run(bench) {
      const store = await bench.open();
      const stat = await store.write('s', pieces('', 'ab', '', 'c', 'x'.repeat(100_000)));

      strictEqual(stat.bytes, 100_003);
      strictEqual(await textOf(store.read('s')), `abc${'x'.repeat(100_000)}`);
    },
  },
  {
    name: 'replaces what was there',
    async run(bench) {
      const store = await bench.open();
      await store.write('k', bytes('a longer first text'));
      await store.write('k', bytes('second'));

      strictEqual(await textOf(store.read('k')), 'second');
      strictEqual((await store.list()).objects.length, 1);
    },
  },
  {
    name: 'does not keep a hold on the bytes it was given',
    async run(bench) {
      const store = await bench.open();
      const content = bytes('before');
      await store.write('k', content);
      content.fill(0);

      strictEqual(await textOf(store.read('k')), 'before');
    },
  },
  {
    name: 'shows readers the old content, whole, until a slow write has finished',
    async run(bench) {
      const [writer, reader] = [await bench.open(), await bench.open()];
      await writer.write('k', bytes('old'));
      const [reached, go] = [gate(), gate()];
      const slow = async function* slow(): AsyncGenerator<Uint8Array> {
        yield bytes('new ');
        reached.open();
        await go.opened;
        yield bytes('content');
      };

      const writing = writer.write('k', slow());
      const created = writer.write('fresh', slow());
      await reached.opened;
      const during = await textOf(reader.read('k'));
      const absent = await reader.stat('fresh');
      const listed = (await reader.list()).objects.map(({ key }) => key);
      go.open();
      await Promise.all([writing, created]);

      deepStrictEqual([during, absent, listed], ['old', undefined, ['k']]);
      strictEqual(await textOf(reader.read('k')), 'new content');
    },
  },
  {
    name: 'never shows a reader a mixture while an object is replaced again and again',
    async run(bench) {
      const [writer, reader] = [await bench.open(), await bench.open()];
      const version = (n: number) => String.fromCharCode(97 + n).repeat(200_000 + n);
      await writer.write('k', bytes(version(0)));
      let writing = true;
      const writes = (async () => {
        for (let n = 1; n < 16; n += 1) await writer.write('k', bytes(version(n)));
      })().finally(() => {
        writing = false;
      });

      const seen: string[] = [];
      const changed: unknown[] = [];
      do {
        await setImmediate();
        await textOf(reader.read('k')).then(
          (text) => seen.push(text),
          (error: unknown) => changed.push(error),
        );
      } while (writing && changed.length < 1000);
      await writes;

      for (const text of seen) strictEqual(text, version((text.codePointAt(0) ?? 0) - 97));
      for (const error of changed) hasCode(error, 'STORAGE_CHANGED');
    },
  },
  {
    name: 'keeps the old content when the new one fails on the way, and passes the failure on',
    async run(bench) {
      const store = await bench.open();
      await store.write('k', bytes('old'));
      const trouble = new Error('the source broke');

      for (const key of ['k', 'fresh']) {
        const error = await rejection(store.write(key, failing(trouble)));
        ok(
          error === trouble || (error instanceof Error && error.cause === trouble),
          `expected the source's own error, got ${String(error)}`,
        );
      }
      strictEqual(await textOf(store.read('k')), 'old');
      strictEqual(await store.stat('fresh'), undefined);
      deepStrictEqual(
        (await store.list()).objects.map(({ key }) => key),
        ['k'],
      );
    },
  },
  {
    name: 'gives up a write that is aborted while its source is silent, and keeps the old content',
    async run(bench) {
      const store = await bench.open();
      await store.write('k', bytes('old'));
      const stop = new AbortController();
      const reached = gate();
      const silent = async function* silent(): AsyncGenerator<Uint8Array> {
        yield bytes('new');
        reached.open();
        await new Promise(() => {});
      };

      const reason = new Error('enough');
      const writing = rejection(store.write('k', silent(), { signal: stop.signal }));
      await reached.opened;
      stop.abort(reason);

      strictEqual(await writing, reason);
      strictEqual(await textOf(store.read('k')), 'old');
    },
  },
  {
    name: 'does nothing in a call whose signal is aborted already',
    async run(bench) {
      const store = await bench.open();
      await store.write('k', bytes('old'));
      const reason = new Error('too late');
      const signal = AbortSignal.abort(reason);

      const calls: readonly (() => Promise<unknown>)[] = [
        () => store.write('k', bytes('new'), { signal }),
        () => bytesOf(store.read('k', { signal })),
        () => store.stat('k', { signal }),
        () => store.delete('k', { signal }),
        () => store.list({ signal }),
      ];
      for (const call of calls) strictEqual(await rejection(call()), reason);
      strictEqual(await textOf(store.read('k')), 'old');
    },
  },
  {
    name: 'accepts content with the promised digest',
    async run(bench) {
      const store = await bench.open();
      await store.write('bytes', bytes('hello'), { sha256: sha256('hello') });
      await store.write('stream', pieces('hel', 'lo'), { sha256: sha256('hello') });

      strictEqual(await textOf(store.read('bytes')), 'hello');
      strictEqual(await textOf(store.read('stream')), 'hello');
    },
  },
  {
    name: 'publishes nothing and throws STORAGE_CORRUPT when the digest differs',
    async run(bench) {
      const store = await bench.open();
      await store.write('k', bytes('old'));

      await rejectsWith(store.write('k', bytes('new'), { sha256: ZEROS }), 'STORAGE_CORRUPT');
      await rejectsWith(store.write('k', pieces('n', 'ew'), { sha256: ZEROS }), 'STORAGE_CORRUPT');
      await rejectsWith(store.write('fresh', bytes('x'), { sha256: ZEROS }), 'STORAGE_CORRUPT');
      strictEqual(await textOf(store.read('k')), 'old');
      strictEqual(await store.stat('fresh'), undefined);
    },
  },
  {
    name: 'takes 300 small objects written at once',
    async run(bench) {
      const store = await bench.open();
      const keys = Array.from({ length: 300 }, (_, n) => `many/${n % 7}/${n}`);
      await Promise.all(keys.map((key) => store.write(key, bytes(key))));

      const texts = await Promise.all(keys.map((key) => textOf(store.read(key))));
      deepStrictEqual(texts, keys);
      strictEqual((await store.list({ prefix: 'many/' })).objects.length, 300);
    },
  },
  {
    name: 'has what is to be durable later at once, with all conditions, and settles as often as asked',
    async run(bench) {
      const store = await bench.open();
      const keys = Array.from({ length: 20 }, (_, n) => `later/${n % 3}/${n}`);
      await Promise.all(
        keys.map((key) => store.write(key, bytes(key), { durable: 'later', sha256: sha256(key) })),
      );
      const refused = store.write('later/x', bytes('x'), { durable: 'later', sha256: ZEROS });
      await rejectsWith(refused, 'STORAGE_CORRUPT');
      await store.settle?.();
      await store.settle?.();

      const texts = await Promise.all(keys.map((key) => textOf(store.read(key))));
      deepStrictEqual(texts, keys);
      strictEqual(await store.stat('later/x'), undefined);
    },
  },
];
