import { describe, expect, it } from 'vitest';
import { Bench, begin, set } from '../../test/support/scheduler-bench.ts';
import type { Input } from './messages.ts';

describe('ends, needs and checks', () => {
  it('goes on after the end of a failed task where the end was asked for', () => {
    const sets = [
      set('a', { size: 2 }),
      set('notice', { size: 2, needs: [{ set: 'a', how: 'aligned', after: 'end' }] }),
      set('tidy', { size: 1, needs: [{ set: 'a', how: 'all', after: 'end' }] }),
    ];
    const bench = new Bench(sets);

    bench.take(begin);
    bench.ended(0, 'user-error');
    const before = bench.submitted().flat();
    bench.ended(1);
    for (const job of [2, 3, 4]) bench.ended(job);

    expect(before).toEqual([0, 1, 2]);
    expect(bench.submitted().flat()).toEqual([0, 1, 2, 3, 4]);
    expect(bench.effects).toContainEqual({ type: 'finish', outcome: 'failed' });
  });

  it('waits for the end of what will never begin', () => {
    const sets = [
      set('a', { size: 1 }),
      set('b', { size: 1, needs: [{ set: 'a', how: 'all' }] }),
      set('tidy', { size: 1, needs: [{ set: 'b', how: 'all', after: 'end' }] }),
    ];
    const bench = new Bench(sets);

    bench.take(begin);
    bench.ended(0, 'user-error');

    expect(bench.submitted()).toEqual([[0], [2]]);
  });

  it('skips what is not needed with all that needs it, and succeeds', () => {
    const sets = [
      set('a', { size: 2, when: () => true }),
      set('b', { size: 2, needs: [{ set: 'a', how: 'aligned' }] }),
    ];
    const bench = new Bench(sets);

    bench.take(begin);
    bench.take({ type: 'prepared', run: [0], reused: [], notNeeded: [1], failed: [] });
    bench.ended(0);
    const effects = bench.ended(1);

    expect(bench.facts).toContainEqual({
      type: 'skipped',
      tasks: [1],
      because: -1,
      notNeeded: true,
    });
    expect(bench.facts).toContainEqual({
      type: 'skipped',
      tasks: [3],
      because: 1,
      notNeeded: true,
    });
    expect(effects).toContainEqual({ type: 'finish', outcome: 'succeeded' });
  });

  it('refuses to wait for the end of a placeholder', () => {
    const expand = { into: () => [] };
    const sets = [
      set('a', { size: 0, expand }),
      set('b', { needs: [{ set: 'a', how: 'all', after: 'end' }] }),
    ];

    expect(() => new Bench(sets)).toThrow('waits for the end of a, whose tasks are not known yet');
  });

  it('polls a check again whose function gives false, and is done with it when it gives true', () => {
    const check = { everySeconds: 5, timeoutSeconds: 100 };
    const bench = new Bench([set('a', { size: 1, check })]);
    const answered = (job: number, value: boolean): Input => ({
      type: 'statuses',
      backend: 'local',
      source: 'watch',
      statuses: [
        {
          job,
          state: 'ended',
          exit: { outcome: 'succeeded' },
          progress: { succeeded: [[0, 0]], values: [[0, value]], failed: [] },
        },
      ],
    });

    bench.take(begin);
    bench.take(answered(0, false), 1);
    const early = bench.scheduler.state(0);
    bench.take({ type: 'wake' }, 6);
    bench.take(answered(1, true), 7);

    expect(early).toBe('waiting');
    expect(bench.facts).toContainEqual({ type: 'check-open', task: 0, delaySeconds: 5 });
    expect(bench.scheduler.state(0)).toBe('succeeded');
  });
});
