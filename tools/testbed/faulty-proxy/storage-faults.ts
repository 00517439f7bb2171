/**
 * What a storage over a network has to live through, as vitest tests: a faulty proxy stands between it and a real server.
 * Used by the live tests of the packages that are such storages.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFlowError, type Storage } from '@orchestrate/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultyProxy, type PassingRequest, type Plan, type Trouble } from './proxy.ts';

/** How a storage is opened that speaks through the proxy. */
export interface FaultSubject {
  /** Where the real server is: `http://127.0.0.1:10000`. */
  readonly server: string;
  /** Opens a storage that reaches the server through `url`, below a prefix of its own, with parts of `partSize` bytes. */
  open(
    url: string,
    options: { prefix: string; partSize: number; answerTime: number },
  ): Promise<Storage>;
}

const PART = 256 * 1024;
const LENGTH = 3 * PART - 1234;
const CONTENT = Buffer.alloc(LENGTH);
for (let at = 0; at < LENGTH; at += 1) CONTENT[at] = (at * 31 + (at >> 9)) % 251;

/** Where connections break: at the edges of parts and of what a connection carries at a time. */
const OFFSETS = [0, 1, 17, 1000, 16_383, 16_384, 65_535, 65_536, 65_537, 200_000, PART - 1, PART];

/** Lets one trouble happen to the first request that a test means. */
function once(trouble: Trouble, isMeant: (request: PassingRequest) => boolean): Plan {
  let isOver = false;
  return (request) => {
    if (isOver || !isMeant(request)) return undefined;
    isOver = true;
    return trouble;
  };
}

const always = (): boolean => true;
const isRead = ({ method }: PassingRequest): boolean => method === 'GET';
const isWrite = ({ method }: PassingRequest): boolean => method === 'PUT' || method === 'POST';

/** All of some content. */
export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (isFlowError(error) ? error.code : String(error)),
  );
}

/** Registers the tests. */
export function storageFaults(name: string, subject: () => FaultSubject): void {
  describe(`${name} behind a faulty network`, () => {
    let proxy: FaultyProxy;
    let storage: Storage;
    /** The same objects, seen without troubles. */
    let truth: Storage;
    let home = '';

    beforeAll(async () => {
      proxy = await FaultyProxy.start(subject().server);
    });
    afterAll(() => proxy[Symbol.asyncDispose]());
    beforeEach(async () => {
      home = mkdtempSync(join(tmpdir(), 'storage-faults-'));
      const options = { prefix: `faults/${randomUUID()}`, partSize: PART, answerTime: 1 };
      storage = await subject().open(proxy.url, options);
      truth = await subject().open(subject().server, options);
      proxy.plan = () => undefined;
      proxy.done.clear();
    });
    afterEach(async () => {
      proxy.plan = () => undefined;
      await storage[Symbol.asyncDispose]();
      await truth[Symbol.asyncDispose]();
      rmSync(home, { recursive: true });
    });

    const file = (content: Uint8Array): string => {
      const path = join(home, 'sent');
      writeFileSync(path, content);
      return path;
    };
    const isThere = async (key: string): Promise<boolean> =>
      (await bytesOf(truth.read(key))).equals(CONTENT);

    it.each(OFFSETS)(
      'sends a large object whole when any connection breaks after %i bytes',
      async (after) => {
        for (const nth of [1, 2, 3, 4]) {
          let count = 0;
          proxy.plan = once({ kind: 'reset-request', after }, (request) => {
            count += isWrite(request) ? 1 : 0;
            return count === nth;
          });
          await storage.put(file(CONTENT), `k${nth}`, { ifAbsent: true });

          expect(await isThere(`k${nth}`)).toBe(true);
        }
        expect(proxy.done.get('reset-request')).toBe(4);
      },
    );

    it.each(OFFSETS)(
      'fetches a large object whole when an answer breaks after %i bytes',
      async (after) => {
        await truth.write('k', CONTENT);
        proxy.plan = once({ kind: 'reset-response', after: Math.min(after, PART - 2) }, isRead);
        await storage.fetch('k', join(home, 'got'));

        expect(proxy.done.get('reset-response')).toBe(1);
        expect(readFileSync(join(home, 'got')).equals(CONTENT)).toBe(true);
      },
    );

    it('goes on where an answer was cut that seemed complete', async () => {
      await truth.write('k', CONTENT);
      for (const after of [0, 1, 70_000, PART - 2]) {
        proxy.plan = once({ kind: 'cut-response', after }, isRead);

        expect((await bytesOf(storage.read('k'))).equals(CONTENT)).toBe(true);
      }
      expect(proxy.done.get('cut-response')).toBe(4);
    });

    it('notices a bit that differs, and fetches again', async () => {
      await truth.write('k', CONTENT);
      proxy.plan = once({ kind: 'flip-response', at: 5000 }, isRead);
      await storage.fetch('k', join(home, 'got'));
      proxy.plan = once({ kind: 'flip-response', at: 5000 }, isRead);
      const read = await codeOf(bytesOf(storage.read('k')));

      expect(readFileSync(join(home, 'got')).equals(CONTENT)).toBe(true);
      expect(read).toBe('STORAGE_CORRUPT');
    });

    it('waits out a storm of 429 and 503', async () => {
      let left = 8;
      proxy.plan = ({ count }) => {
        left -= 1;
        if (left < 0) return undefined;
        return {
          kind: 'status',
          status: count % 2 === 0 ? 429 : 503,
          headers: { 'retry-after': '0' },
        };
      };
      await Promise.all([
        storage.put(file(CONTENT), 'large'),
        storage.write('small', Buffer.from('x')),
        storage.list(),
        storage.stat('nothing'),
      ]);

      expect(await isThere('large')).toBe(true);
      expect(String(await bytesOf(truth.read('small')))).toBe('x');
    });

    it('asks again when an answer stalls, and is patient with a slow one', async () => {
      await truth.write('k', CONTENT);
      await truth.write('small', Buffer.from('y'.repeat(3000)));
      proxy.plan = once({ kind: 'stall-response', after: 100_000 }, isRead);
      const large = await bytesOf(storage.read('k'));
      proxy.plan = once({ kind: 'slow-response', bytes: 200 }, isRead);
      const small = await bytesOf(storage.read('small'));

      expect(large.equals(CONTENT)).toBe(true);
      expect(String(small)).toBe('y'.repeat(3000));
    });

    it.each([1, 2, 3, 4, 5])('does everything once when reply %i is lost', async (nth) => {
      const { generation } = await truth.write('old', Buffer.from('1'));
      await truth.write('from', Buffer.from('copied'));
      await truth.write('gone', Buffer.from('x'));
      const goneAt = (await truth.stat('gone'))?.generation ?? '';
      const lose = (): void => {
        let left = nth;
        proxy.plan = () => {
          left -= 1;
          return left === 0 ? { kind: 'lost-reply' } : undefined;
        };
      };

      lose();
      await storage.write('created', Buffer.from('mine'), { ifAbsent: true });
      lose();
      await storage.write('old', Buffer.from('2'), { ifMatch: generation });
      lose();
      await storage.put(file(CONTENT), 'large', { ifAbsent: true });
      lose();
      await storage.copy('from', 'to', { ifAbsent: true });
      lose();
      await storage.delete('gone', { ifMatch: goneAt });
      proxy.plan = () => undefined;

      expect(String(await bytesOf(truth.read('created')))).toBe('mine');
      expect(String(await bytesOf(truth.read('old')))).toBe('2');
      expect(await isThere('large')).toBe(true);
      expect(String(await bytesOf(truth.read('to')))).toBe('copied');
      expect(await truth.stat('gone')).toBeUndefined();
    });

    it('shows no part of an object whose writer gave up', async () => {
      await truth.write('k', Buffer.from('old'));
      for (const count of [1, 2, 3, 4]) {
        const stop = new AbortController();
        let seen = 0;
        proxy.plan = (request) => {
          if (!isWrite(request)) return undefined;
          seen += 1;
          if (seen === count) setTimeout(() => stop.abort(new Error('enough')), 20);
          return seen === count ? { kind: 'slow-response', bytes: 1 } : undefined;
        };
        await codeOf(storage.put(file(CONTENT), 'k', { signal: stop.signal }));
        proxy.plan = () => undefined;

        const now = await bytesOf(truth.read('k'));
        expect(now.equals(CONTENT) || String(now) === 'old').toBe(true);
        await truth.write('k', Buffer.from('old'));
      }
    });

    it('tells that an object changed while it was read, or reads one of the two', async () => {
      await truth.write('k', CONTENT);
      const other = Buffer.alloc(LENGTH, 7);
      const pieces: Uint8Array[] = [];
      let outcome = 'done';
      try {
        for await (const piece of storage.read('k')) {
          if (pieces.length === 0) await truth.write('k', other);
          pieces.push(piece);
        }
      } catch (error) {
        outcome = await codeOf(Promise.reject(error as Error));
      }

      expect(['done', 'STORAGE_CHANGED']).toContain(outcome);
      const whole = Buffer.concat(pieces);
      expect(outcome === 'STORAGE_CHANGED' || whole.equals(CONTENT)).toBe(true);
    });

    it('gives up a service that stays away, in bounded time, and leaves no file behind', async () => {
      proxy.plan = () => ({ kind: 'status', status: 503 });
      const codes = await Promise.all([
        codeOf(storage.stat('k')),
        codeOf(storage.fetch('k', join(home, 'got'))),
        codeOf(storage.put(file(CONTENT), 'k')),
      ]);
      proxy.plan = once({ kind: 'status', status: 403 }, always);
      const denied = await codeOf(storage.stat('k'));

      expect(new Set(codes)).toEqual(new Set(['STORAGE_UNAVAILABLE']));
      expect(denied).toBe('STORAGE_DENIED');
      expect(readdirSync(home)).toEqual(['sent']);
      expect(existsSync(join(home, 'got'))).toBe(false);
    });

    it('verifies what it sends: the digest of the object is that of the file', async () => {
      await storage.put(file(CONTENT), 'k', {
        sha256: createHash('sha256').update(CONTENT).digest('hex'),
      });
      const refused = await codeOf(storage.put(file(CONTENT), 'other', { sha256: '0'.repeat(64) }));

      expect(await isThere('k')).toBe(true);
      expect(refused).toBe('STORAGE_CORRUPT');
      expect(await truth.stat('other')).toBeUndefined();
    });
  });
}
