import { ManualClock, memoryLogger } from '@orchestrate/testkit';
import { describe, expect, it } from 'vitest';

describe('the manual clock', () => {
  it('stands still until it is moved, and then moves both times', () => {
    const clock = new ManualClock(1000);
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0]);
    clock.advance(250);

    expect([clock.now(), clock.monotonic()]).toEqual([1250, 250]);
  });

  it('jumps on the wall without the steady clock noticing', () => {
    const clock = new ManualClock(1000);
    clock.jump(-600);

    expect([clock.now(), clock.monotonic()]).toEqual([400, 0]);
  });

  it('calls timers in order, at their own time, also those set on the way', () => {
    const clock = new ManualClock(0);
    const seen: [string, number][] = [];
    clock.setTimer(30, () => seen.push(['late', clock.now()]));
    clock.setTimer(10, () => {
      seen.push(['early', clock.now()]);
      clock.setTimer(20, () => seen.push(['chained', clock.now()]));
    });
    const dropped = clock.setTimer(15, () => seen.push(['dropped', clock.now()]));
    dropped[Symbol.dispose]();
    clock.advance(25);

    expect(seen).toEqual([
      ['early', 10],
      ['chained', 20],
    ]);
    expect(clock.nextTimer).toBe(30);
  });
});

describe('the memory logger', () => {
  it('keeps level, facts and message', () => {
    const log = memoryLogger();
    log.warn({ a: 1 }, 'careful');

    expect(log.lines).toEqual([{ level: 'warn', facts: { a: 1 }, message: 'careful' }]);
  });
});
