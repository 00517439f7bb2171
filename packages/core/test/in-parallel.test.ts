import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inParallel } from '../src/index.ts';

const soon = (turns: number): Promise<void> =>
  turns === 0 ? Promise.resolve() : Promise.resolve().then(() => soon(turns - 1));

async function* generated(items: readonly number[], ended: () => void): AsyncGenerator<number> {
  try {
    yield* items;
  } finally {
    ended();
  }
}

describe('things done in parallel', () => {
  it('are each done once, begun in their order, never more at once than there are places', async () => {
    const turns = fc.array(fc.nat(5), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        turns,
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        async (waits, places, isAsync) => {
          const begun: number[] = [];
          let [now, most, done] = [0, 0, 0];
          const items = waits.map((_, index) => index);
          await inParallel(
            isAsync ? generated(items, () => undefined) : items,
            { places },
            async (index) => {
              begun.push(index);
              now += 1;
              most = Math.max(most, now);
              await soon(waits[index] ?? 0);
              now -= 1;
              done += 1;
            },
          );
          expect(begun).toEqual(items);
          expect(done).toBe(waits.length);
          expect(most).toBeLessThanOrEqual(places);
        },
      ),
    );
  });

  it('end with the first failure, once what was under way has ended, and begin nothing after it', async () => {
    const [begun, done]: [number[], number[]] = [[], []];
    let isEnded = false;
    const items = generated([0, 1, 2, 3, 4], () => {
      isEnded = true;
    });
    const work = inParallel(items, { places: 2 }, async (index) => {
      begun.push(index);
      if (index === 1) throw new Error('one');
      await soon(20);
      done.push(index);
    });

    await expect(work).rejects.toThrow('one');
    expect([begun, done, isEnded]).toEqual([[0, 1], [0], true]);
  });

  it('end when what names them fails', async () => {
    const done: number[] = [];
    async function* broken(): AsyncGenerator<number> {
      yield 0;
      throw new Error('no more');
    }

    await expect(
      inParallel(broken(), { places: 3 }, async (index) => {
        await soon(10);
        done.push(index);
      }),
    ).rejects.toThrow('no more');
    expect(done).toEqual([0]);
  });

  it('begin nothing more once the signal aborts, and that is no error', async () => {
    const stop = new AbortController();
    const begun: number[] = [];

    await inParallel([0, 1, 2, 3], { places: 1, signal: stop.signal }, async (index) => {
      begun.push(index);
      if (index === 1) stop.abort();
    });

    expect(begun).toEqual([0, 1]);
  });
});
