import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFlowError, type Storage, silentLogger } from '@orchestrate/core';
import { seededRandom } from '@orchestrate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryBucket, MemoryPort } from '../src/memory-port.ts';
import { ObjectStorage } from '../src/object-storage.ts';
import { TransferConfig } from '../src/transfer-config.ts';
import { FaultyPort, type Troubles } from './faulty-port.ts';
import { VirtualTime } from './virtual-time.ts';

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed + 1);
/** Everything that a network does, but for bits that differ. */
const STORM: Troubles = {
  refused: 0.1,
  lost: 0.15,
  busy: 0.1,
  silent: 0.03,
  cut: 0.05,
  stalled: 0.02,
};

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'object-store-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

interface World {
  readonly time: VirtualTime;
  readonly port: FaultyPort;
  readonly storage: Storage;
  /** The same bucket, seen without troubles. */
  readonly truth: Storage;
}

function world(seed: number, troubles: Troubles, more: { parallelParts?: boolean } = {}): World {
  const random = seededRandom(seed);
  const time = new VirtualTime();
  const bucket = new MemoryBucket();
  const config = {
    ...TransferConfig.parse({ partSize: 4096, parallel: 3, patience: 600 }),
    prefix: 'p',
    clock: time.clock,
    random,
    log: silentLogger,
    pause: time.pause,
  };
  const limits = { maxPartBytes: 8192, putBytes: 4096 };
  const port = new FaultyPort(new MemoryPort({ bucket, limits, ...more }), troubles, random);
  const truth = new ObjectStorage(new MemoryPort({ bucket }), config);
  return { time, port, storage: new ObjectStorage(port, config), truth };
}

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

function content(seed: number, length: number): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Uint8Array.from({ length }, () => Math.floor(random() * 256)));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (isFlowError(error) ? error.code : String(error)),
  );
}

describe.each(SEEDS)('an object store in a storm, seed %i', (seed) => {
  it('counts right when many add one by conditional replace, but for writes it calls doubtful', async () => {
    const { time, storage, truth } = world(seed, STORM);
    await truth.write('count', Buffer.from('0'));
    const addOne = async (): Promise<void> => {
      for (;;) {
        const generation = (await storage.stat('count'))?.generation ?? '';
        const value = Number(await bytesOf(storage.read('count')));
        const next = Buffer.from(String(value + 1));
        const outcome = await codeOf(storage.write('count', next, { ifMatch: generation }));
        if (outcome === 'done') return;
        expect(['STORAGE_CHANGED', 'STORAGE_UNAVAILABLE']).toContain(outcome);
        doubtful += outcome === 'STORAGE_UNAVAILABLE' ? 1 : 0;
      }
    };
    let doubtful = 0;

    await time.until(Promise.all(Array.from({ length: 6 }, addOne)));

    const count = Number(await bytesOf(truth.read('count')));
    expect(count).toBeGreaterThanOrEqual(6);
    expect(count).toBeLessThanOrEqual(6 + doubtful);
  });

  it('lets exactly one of many create a key', async () => {
    const { time, storage, truth } = world(seed, STORM);
    const texts = ['one', 'two', 'three', 'four', 'five'];
    const outcomes = await time.until(
      Promise.all(
        texts.map((text) => codeOf(storage.write('k', Buffer.from(text), { ifAbsent: true }))),
      ),
    );

    expect(outcomes.filter((code) => code === 'done')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['done', 'STORAGE_EXISTS']));
    const winner = texts[outcomes.indexOf('done')];
    expect(String(await bytesOf(truth.read('k')))).toBe(winner);
  });

  it.each([true, false])(
    'moves large content whole, parts in any order: %s',
    async (parallelParts) => {
      const { time, storage, truth } = world(seed, STORM, { parallelParts });
      const sent = content(seed, 30_000 + seed);
      const file = join(home, 'sent');
      writeFileSync(file, sent);

      const put = await time.until(storage.put(file, 'put', { ifAbsent: true }));
      const stream = async function* stream() {
        for (let at = 0; at < sent.length; at += 7001) yield sent.subarray(at, at + 7001);
      };
      const sha256 = createHash('sha256').update(sent).digest('hex');
      await time.until(storage.write('stream', stream(), { sha256 }));
      const fetched = await time.until(storage.fetch('put', join(home, 'got')));
      const read = await time.until(bytesOf(storage.read('stream')));

      expect(put.bytes).toBe(sent.length);
      expect(fetched.generation).toBe((await truth.stat('put'))?.generation);
      expect(readFileSync(join(home, 'got')).equals(sent)).toBe(true);
      expect(read.equals(sent)).toBe(true);
      expect((await bytesOf(truth.read('put'))).equals(sent)).toBe(true);
      expect(readdirSync(home).sort()).toEqual(['got', 'sent']);
    },
  );

  it('never shows a reader a mixture, and tells when an object changed under it', async () => {
    const { time, storage, truth } = world(seed, STORM);
    const version = (n: number) => Buffer.alloc(20_000 + n, 97 + n);
    await truth.write('k', version(0));
    const writing = (async () => {
      for (let n = 1; n < 8; n += 1) await storage.write('k', version(n));
    })();
    const outcomes: (Buffer | string)[] = [];
    const reading = (async () => {
      for (let n = 0; n < 12; n += 1) {
        const read = bytesOf(storage.read('k'));
        outcomes.push(await read.catch((error: unknown) => codeOf(Promise.reject(error as Error))));
      }
    })();

    await time.until(Promise.all([writing, reading]));

    const versions = Array.from({ length: 8 }, (_, n) => version(n).toString());
    for (const outcome of outcomes)
      expect([...versions, 'STORAGE_CHANGED']).toContain(outcome.toString());
  });

  it('deletes and copies once, whatever answers are lost', async () => {
    const { time, storage, truth } = world(seed, STORM);
    const { generation } = await truth.write('from', Buffer.from('content'));

    await time.until(storage.copy('from', 'to', { ifAbsent: true }));
    await time.until(storage.delete('from', { ifMatch: generation }));
    const gone = await time.until(codeOf(storage.delete('from', { ifMatch: generation })));

    expect(String(await bytesOf(truth.read('to')))).toBe('content');
    expect(await truth.stat('from')).toBeUndefined();
    expect(['STORAGE_CHANGED', 'done']).toContain(gone);
  });

  it('lists everything once', async () => {
    const { time, storage, truth } = world(seed, STORM);
    const keys = Array.from({ length: 25 }, (_, n) => `k${String(n).padStart(2, '0')}`);
    for (const key of keys) await truth.write(key, Buffer.from(key));
    const listed = async () => {
      const found: string[] = [];
      let next: string | undefined;
      do {
        const page = await storage.list({ limit: 4, ...(next === undefined ? {} : { next }) });
        found.push(...page.objects.map(({ key }) => key));
        next = page.next;
      } while (next !== undefined);
      return found;
    };

    expect(await time.until(listed())).toEqual(keys);
  });

  it('notices bits that differ, and fetches again', async () => {
    const { time, port, storage, truth } = world(seed, { flipped: 0.25 });
    const sent = content(seed, 9000);
    await truth.write('k', sent);
    const outcomes: string[] = [];
    for (let n = 0; n < 10; n += 1)
      outcomes.push(await time.until(codeOf(storage.fetch('k', join(home, 'got')))));
    const read = await time.until(
      bytesOf(storage.read('k')).catch((error: unknown) => codeOf(Promise.reject(error as Error))),
    );

    expect(port.counts.flipped).toBeGreaterThan(0);
    expect(outcomes).toContain('done');
    expect(['done', 'STORAGE_CORRUPT']).toEqual(expect.arrayContaining([...new Set(outcomes)]));
    expect(readFileSync(join(home, 'got')).equals(sent)).toBe(true);
    expect([sent.toString('hex'), Buffer.from('STORAGE_CORRUPT').toString('hex')]).toContain(
      Buffer.from(read).toString('hex'),
    );
  });
});

describe('an object store whose service is away', () => {
  it.each([
    ['refused', { refused: 1 }],
    ['busy', { busy: 1 }],
    ['silent', { silent: 1 }],
    ['losing every answer', { lost: 1 }],
  ] as const)(
    'gives up a service that is %s in bounded time, and says so',
    async (_name, troubles) => {
      const { time, storage } = world(1, troubles);
      const begun = time.clock.monotonic();

      const codes = await time.until(
        Promise.all([
          codeOf(storage.stat('k')),
          codeOf(storage.write('k', Buffer.from('x'))),
          codeOf(storage.put(fileOf('content'), 'k')),
          codeOf(storage.fetch('k', join(home, 'got'))),
          codeOf(storage.list()),
        ]),
      );

      expect(new Set(codes)).toEqual(new Set(['STORAGE_UNAVAILABLE']));
      expect(time.clock.monotonic() - begun).toBeLessThanOrEqual((600 + 2 * 60) * 1000 + 5000);
      expect(readdirSync(home)).toEqual(['sent']);
    },
  );

  it('stops waiting when the caller gives up', async () => {
    const { time, storage } = world(1, { busy: 1 });
    const stop = new AbortController();
    const reason = new Error('enough');
    const writing = storage.write('k', Buffer.from('x'), { signal: stop.signal });
    const outcome = writing.catch((error: unknown) => error);

    await time.until(time.pause(1000, undefined));
    stop.abort(reason);

    expect(await outcome).toBe(reason);
  });

  it('waits as long as the service asks, and no less', async () => {
    const { time, storage, port } = world(3, { busy: 0.5 });
    const begun = time.clock.monotonic();

    for (let n = 0; n < 6; n += 1) await time.until(storage.write(`k${n}`, Buffer.from('x')));

    expect(port.counts.busy).toBeGreaterThan(0);
    expect(time.clock.monotonic() - begun).toBeGreaterThanOrEqual(port.counts.busy * 3000);
  });

  it('refuses a file that changes while it is sent, and publishes nothing', async () => {
    const { storage, truth } = world(1, {});
    const path = fileOf('a'.repeat(20_000));
    const writing = codeOf(storage.put(path, 'k'));
    writeFileSync(path, 'b'.repeat(20_000));

    expect(await writing).toBe('STORAGE_FILE');
    expect(await truth.stat('k')).toBeUndefined();
  });
});

function fileOf(text: string): string {
  const path = join(home, 'sent');
  writeFileSync(path, text);
  return path;
}
