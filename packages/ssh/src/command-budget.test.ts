import { ManualClock } from '@orchestrate/testkit';
import { describe, expect, it } from 'vitest';
import { CommandBudget } from './command-budget.ts';
import { LoginHosts } from './login-hosts.ts';

const never = new AbortController().signal;
/** Lets everything go on that waits for nothing but its turn. */
const settle = () => new Promise(setImmediate);

describe('a budget of commands', () => {
  it('lets a quarter of a minute pass at once and never more than the whole within any minute', async () => {
    const clock = new ManualClock();
    const budget = new CommandBudget(60, { clock, timers: clock });
    const at: number[] = [];
    for (let count = 0; count < 150; count += 1) {
      void budget.take(1, never).then(() => at.push(clock.monotonic()));
    }

    for (let second = 0; second < 240; second += 1) {
      await settle();
      clock.advance(1000);
    }
    await settle();

    expect(at).toHaveLength(150);
    expect(at.filter((time) => time === 0)).toHaveLength(15);
    for (const start of at) {
      expect(
        at.filter((time) => time >= start && time < start + 60_000).length,
      ).toBeLessThanOrEqual(60);
    }
  });

  it('says how much of it is used', async () => {
    const clock = new ManualClock();
    const budget = new CommandBudget(8, { clock, timers: clock });
    await budget.take(2, never);
    const waiting = budget.take(1, never);

    expect(budget.use).toEqual({ lastMinute: 2, perMinute: 8, total: 2, waiting: 1 });

    clock.advance(10_000);
    await settle();
    clock.advance(10_000);
    await waiting;
    clock.advance(61_000);
    expect(budget.use).toEqual({ lastMinute: 0, perMinute: 8, total: 3, waiting: 0 });
  });

  it('lets pass at once what costs nothing, and gives up with its signal', async () => {
    const clock = new ManualClock();
    const budget = new CommandBudget(1, { clock, timers: clock });
    await budget.take(1, never);
    const stop = new AbortController();
    const waiting = budget.take(1, stop.signal);
    await settle();

    await budget.take(0, never);
    stop.abort(new Error('enough'));

    await expect(waiting).rejects.toThrow('enough');
    expect(budget.use.waiting).toBe(0);
  });
});

describe('several login hosts', () => {
  it('are tried in order, and one that failed is left alone for longer each time', () => {
    const clock = new ManualClock();
    const hosts = new LoginHosts(['a', 'b'], clock, () => 0.5);

    expect(hosts.next()).toBe('a');
    hosts.fail('a', new Error('no route'));
    expect(hosts.next()).toBe('b');
    expect(hosts.setAside).toEqual([{ host: 'a', until: clock.now() + 1000, reason: 'no route' }]);
    hosts.fail('b', new Error('refused'));
    expect(hosts.next()).toBeUndefined();
    expect(hosts.nextAt).toBe(1000);

    clock.advance(1000);
    expect(hosts.next()).toBe('a');
    hosts.fail('a', new Error('no route'));
    expect(hosts.nextAt).toBe(1000);
    expect(hosts.next()).toBe('b');
    for (let failures = 0; failures < 20; failures += 1) hosts.fail('a', new Error('no route'));
    expect(hosts.setAside[0]?.until).toBe(clock.now() + 120_000);
  });

  it('forget failures of one that served for long', () => {
    const clock = new ManualClock();
    const hosts = new LoginHosts(['a'], clock, () => 0.5);
    for (let failures = 0; failures < 5; failures += 1) hosts.fail('a', new Error('x'));
    hosts.succeed('a');

    hosts.fail('a', new Error('cut'), 60_000);

    expect(hosts.nextAt).toBe(1000);
  });
});
