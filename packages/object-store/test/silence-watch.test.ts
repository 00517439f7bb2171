import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { SilenceWatch } from '../src/silence-watch.ts';
import { VirtualTime } from './virtual-time.ts';

describe('a watch for silence', () => {
  let time: VirtualTime;
  let watch: SilenceWatch;
  let silent: string[];

  beforeEach(() => {
    time = new VirtualTime();
    watch = new SilenceWatch(time.clock, time.pause);
    silent = [];
  });

  const begin = (name: string, seconds: number) =>
    watch.begin(seconds, (said) => silent.push(`${name} ${said}`));

  async function pass(seconds: number): Promise<void> {
    time.clock.advance(seconds * 1000);
    await setImmediate();
  }

  it('tells of every request at its own time, once', async () => {
    begin('slow', 30);
    begin('quick', 10);

    await pass(9);
    expect(silent).toEqual([]);
    await pass(2);
    expect(silent).toEqual(['quick 10']);
    await pass(20);
    await pass(100);
    expect(silent).toEqual(['quick 10', 'slow 30']);
  });

  it('begins anew with every sign of life', async () => {
    const { alive } = begin('talking', 10);

    for (let count = 0; count < 5; count += 1) {
      await pass(8);
      alive();
    }
    expect(silent).toEqual([]);
    await pass(8);
    await pass(8);
    expect(silent).toEqual(['talking 10']);
  });

  it('says nothing of what is over, and then waits for nothing', async () => {
    const [first, second] = [begin('first', 10), begin('second', 20)];

    first.over();
    await pass(15);
    expect(silent).toEqual([]);
    second.over();
    await setImmediate();

    expect(time.clock.nextTimer).toBeUndefined();
  });
});
