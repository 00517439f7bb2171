import { silentLogger } from '@orchestrate/core';
import { expect, it } from 'vitest';
import { Caller } from '../src/caller.ts';
import { Gate } from '../src/gate.ts';
import type { ObjectPort } from '../src/port.ts';
import { RangedRead } from '../src/ranged-read.ts';
import { VirtualTime } from './virtual-time.ts';

const CONTENT = Uint8Array.from({ length: 100 }, (_, at) => at);
const PART = 4;
const MOST_PART = 16;

/** A read of an object whose service takes so long to begin an answer, and then so long for each piece of two bytes. */
function slowRead(waitMs: number, pieceMs: number) {
  const time = new VirtualTime();
  const asked: [number, number][] = [];
  let ended = 0;
  const under: AbortSignal[] = [];
  const get: ObjectPort['get'] = async (_name, range, _generation, { signal }) => {
    const { first, last } = range ?? { first: 0, last: CONTENT.length - 1 };
    asked.push([first, last]);
    if (signal !== undefined) under.push(signal);
    await time.pause(waitMs, signal);
    const end = Math.min(last, CONTENT.length - 1);
    async function* body() {
      for (let at = first; at <= end; at += 2) {
        if (pieceMs > 0) await time.pause(pieceMs, signal);
        yield CONTENT.subarray(at, Math.min(at + 2, end + 1));
      }
      ended += 1;
    }
    return {
      head: { generation: '1', bytes: CONTENT.length, checksums: {} },
      body: body(),
    } as never;
  };
  const port = { get, address: (name: string) => name } as unknown as ObjectPort;
  const caller = new Caller({
    clock: time.clock,
    pause: time.pause,
    random: () => 0.5,
    log: silentLogger,
    requests: 48,
    patienceSeconds: 60,
    answerSeconds: 60,
  });
  const ahead = new Gate(8);
  const parts = { port, caller, partBytes: PART, mostPartBytes: MOST_PART, ahead, aheadPlaces: 6 };
  const read = new RangedRead(parts, 'sea', undefined);
  return { time, asked, under, ahead, read, ended: () => ended };
}

async function all(content: AsyncIterable<Uint8Array>): Promise<number[]> {
  const bytes: number[] = [];
  for await (const piece of content) bytes.push(...piece);
  return bytes;
}

const sizes = (asked: readonly (readonly [number, number])[]) =>
  asked.map(([first, last]) => Math.min(last, CONTENT.length - 1) - first + 1);

it('asks for more at a time where it waits longer for answers than for their content', async () => {
  const { time, asked, read } = slowRead(50, 1);

  expect(await time.until(all(read.content(undefined)))).toEqual([...CONTENT]);
  expect(sizes(asked)[0]).toBe(PART);
  expect(Math.max(...sizes(asked))).toBe(MOST_PART);
  expect(sizes(asked).reduce((sum, size) => sum + size)).toBe(CONTENT.length);
});

it('asks for parts as they are set where the content takes longer', async () => {
  const { time, asked, read } = slowRead(1, 10);

  expect(await time.until(all(read.content(undefined)))).toEqual([...CONTENT]);
  expect(Math.max(...sizes(asked))).toBe(PART);
});

it('hands on what has come of a part before all of it is there', async () => {
  const { time, read } = slowRead(1, 10);
  const content = read.content(undefined);

  const first = async (count: number) => {
    for (let taken = 0; taken < count; taken += 1) await content.next();
    return time.clock.monotonic();
  };

  // The first part is taken whole; of the second, one piece of two.
  expect(await time.until(first(3))).toBe(1 + 20 + 1 + 10);
});

it('ends what is still on its way when nobody reads on, and leaves its places', async () => {
  const { time, asked, under, ahead, read, ended } = slowRead(1, 10);
  const content = read.content(undefined);
  const some = async () => {
    for (let taken = 0; taken < 3; taken += 1) await content.next();
    await content.return(undefined);
  };

  await time.until(some());
  await time.until(Promise.resolve());

  expect(asked.length).toBeGreaterThan(3);
  expect(ended()).toBe(1);
  expect(under.slice(1).every(({ aborted }) => aborted)).toBe(true);
  expect(ahead.tryEnter(8)).toBe(true);
});
