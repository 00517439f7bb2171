import { describe, expect, it } from 'vitest';
import { Bench, begin, set, TRAITS } from '../../test/support/scheduler-bench.ts';
import type { Fact } from '../events/fact.ts';
import type { Input } from './messages.ts';

describe('Scheduler', () => {
  it('states the intent before it wants a job submitted', () => {
    const bench = new Bench([set('a', { size: 1 })]);

    bench.take(begin);

    expect(bench.facts.map(({ type }) => type)).toEqual(['sets-added', 'submitting']);
    expect(bench.submitted()).toEqual([[0]]);
  });

  it('lets as many jobs live as a limit has slots', () => {
    const bench = new Bench([set('a', { size: 5, limits: { two: 1 } })]);

    bench.take(begin);
    const before = bench.submitted().length;
    bench.ended(0);

    expect(before).toBe(2);
    expect(bench.submitted()).toEqual([[0], [1], [2]]);
  });

  it('finishes the members of a group it has begun before it begins others', () => {
    const group = { name: 'g', limit: 'two' };
    const sets = [set('a', { group }), set('b', { group, needs: [{ set: 'a', how: 'aligned' }] })];
    const bench = new Bench(sets);

    bench.take(begin);
    bench.ended(0);

    expect(bench.submitted()).toEqual([[0], [1], [3]]);
  });

  it('skips everything downstream of a failure, and fails', () => {
    const sets = [set('a', { size: 1 }), set('b', { needs: [{ set: 'a', how: 'all' }] })];
    const bench = new Bench(sets);

    bench.take(begin);
    const effects = bench.ended(0, 'user-error');

    expect(bench.facts).toContainEqual({ type: 'skipped', tasks: [[1, 3]], because: 0 });
    expect(effects).toContainEqual({ type: 'finish', outcome: 'failed' });
  });

  it('charges no attempt for what infrastructure did', () => {
    const bench = new Bench([set('a', { size: 1 })]);

    bench.take(begin);
    bench.ended(0, 'preempted');
    bench.take({ type: 'wake' }, 5);

    expect(bench.scheduler.state(0)).toBe('submitting');
    expect(bench.submitted()).toEqual([[0], [0]]);
  });

  it('looks, and waits for absence to settle, before it submits again after a doubt', () => {
    const bench = new Bench([set('a', { size: 1 })]);
    const absent = (look: number): Input => ({
      type: 'statuses',
      backend: 'local',
      source: 'find',
      look,
      statuses: [{ job: 0, state: 'absent' }],
    });

    bench.take(begin);
    bench.take(
      { type: 'submit-failed', backend: 'local', jobs: [0], clean: false, reason: 'cut' },
      1,
    );
    bench.take(absent(0), 2);
    const early = bench.submitted().length;
    bench.take({ type: 'wake' }, 12);
    bench.take(absent(1), 13);

    expect(early).toBe(1);
    expect(bench.submitted()).toEqual([[0], [0]]);
  });

  it('says why jobs wait in a queue, once for all of them and again when that changes', () => {
    const bench = new Bench([set('a', { size: 2 })]);
    bench.take(begin);
    const say = (reason: string): void => {
      const statuses = [0, 1].map((job) => ({ job, state: 'queued' as const, reason }));
      bench.take({ type: 'statuses', backend: 'local', source: 'observe', statuses });
    };

    say('Priority');
    say('Priority');
    say('Resources');

    expect(bench.facts.filter(({ type }) => type === 'waiting')).toEqual([
      { type: 'waiting', jobs: [0, 1], reason: 'Priority' },
      { type: 'waiting', jobs: [0, 1], reason: 'Resources' },
    ]);
  });

  it('takes over the jobs of an earlier leader instead of starting anew', () => {
    const first = new Bench([set('a', { size: 2 })]);
    first.take(begin);
    const second = new Bench([set('a', { size: 2 })]);

    for (const fact of first.facts) second.scheduler.apply(fact, 1_000_000);
    const effects = second.take(begin, 100);

    expect(effects[0]).toEqual({ type: 'find', backend: 'local', look: 0, jobs: [0, 1] });
    expect(second.submitted()).toEqual([]);
  });

  it('refuses a journal of other tasks with GRAPH_DIVERGED', () => {
    const first = new Bench([set('a')]);
    first.take(begin);
    const second = new Bench([set('a', { size: 4 })]);

    expect(() => second.scheduler.apply(first.facts[0] as Fact, 0)).toThrow(
      expect.objectContaining({ code: 'GRAPH_DIVERGED' }),
    );
  });

  it('polls a check again without using up attempts', () => {
    const check = { everySeconds: 5, timeoutSeconds: 60 };
    const bench = new Bench([set('a', { size: 1, check })]);

    bench.take(begin);
    bench.ended(0, 'user-error');
    bench.take({ type: 'wake' }, 5);

    expect(bench.facts).toContainEqual({ type: 'check-open', task: 0, delaySeconds: 5 });
    expect(bench.scheduler.attempts(0)).toBe(1);
    expect(bench.submitted()).toEqual([[0], [0]]);
  });

  it('fails a check that does not hold in time as timeout', () => {
    const check = { everySeconds: 5, timeoutSeconds: 8 };
    const bench = new Bench([set('a', { size: 1, check })]);

    bench.take(begin);
    bench.ended(0, 'user-error');
    bench.take({ type: 'wake' }, 9);
    bench.ended(1, 'user-error');

    expect(bench.facts).toContainEqual(
      expect.objectContaining({ type: 'attempt-failed', failure: 'timeout', clock: 'check' }),
    );
  });

  it('replaces a placeholder once what it needs is done', () => {
    const parts = [set('p.x', { size: 2 })];
    const sets = [
      set('a', { size: 1 }),
      set('p', { needs: [{ set: 'a', how: 'all' }], expand: { into: () => parts } }),
      set('z', { size: 1, needs: [{ set: 'p', how: 'all' }] }),
    ];
    const bench = new Bench(sets);

    bench.take(begin);
    const effects = bench.ended(0);
    bench.take({ type: 'expanded', placeholder: 'p', sets: parts });
    bench.ended(1);
    bench.ended(2);

    expect(effects).toContainEqual({ type: 'expand', placeholder: 'p' });
    expect(bench.submitted()).toEqual([[0], [2], [3], [1]]);
  });

  it('pauses a backend in trouble, says so, and stops when patience ends', () => {
    const bench = new Bench([set('a', { size: 1 })], {
      policies: { pauseAfter: 2, patienceSeconds: 300 },
    });

    bench.take(begin);
    for (let job = 0; job < 8; job += 1) {
      const reason = 'no route to host';
      const at = bench.seconds + 1;
      bench.take({ type: 'submit-failed', backend: 'local', jobs: [job], clean: true, reason }, at);
      bench.take({ type: 'wake' }, at + 80);
    }

    expect(bench.facts).toContainEqual(
      expect.objectContaining({ type: 'backend-paused', reason: 'no route to host' }),
    );
    expect(bench.effects).toContainEqual(
      expect.objectContaining({ type: 'finish', outcome: 'stopped' }),
    );
  });

  it('says within a minute that a backend of live jobs does not answer, though the next look was due later', () => {
    const bench = new Bench([set('a', { size: 1 })]);

    bench.take(begin);
    bench.take({
      type: 'statuses',
      backend: 'local',
      source: 'watch',
      statuses: [{ job: 0, state: 'running' }],
    });
    for (let second = 1; second < 60; second += 1) {
      const effects = bench.take({ type: 'wake' }, second);
      for (const effect of effects)
        if (effect.type === 'observe') {
          const { look, jobs } = effect;
          const call = 'observe';
          const reason = 'no route to host';
          bench.take({ type: 'look-failed', backend: 'local', call, look, jobs, reason });
        }
    }

    expect(bench.facts).toContainEqual(
      expect.objectContaining({ type: 'backend-paused', reason: 'no route to host' }),
    );
  });

  it('ends live jobs when all is cancelled, and ends as cancelled', () => {
    const bench = new Bench([
      set('a', { size: 1 }),
      set('b', { needs: [{ set: 'a', how: 'all' }] }),
    ]);

    bench.take(begin);
    const effects = bench.take({ type: 'asked', request: 'cancel' });
    const last = bench.ended(0, 'user-error');

    expect(effects).toContainEqual({
      type: 'cancel',
      backend: 'local',
      jobs: [0],
      reason: 'cancelled',
    });
    expect(last).toContainEqual({ type: 'finish', outcome: 'cancelled' });
  });

  it('runs a chain of 100,000 short calls in a few hundred jobs', () => {
    const size = 100_000;
    const offsets = Uint32Array.from({ length: size + 1 }, (_, at) => Math.max(0, at - 1));
    const targets = Uint32Array.from({ length: size - 1 }, (_, at) => at);
    const bench = new Bench(
      [set('chain', { size, needs: [{ set: 'chain', how: 'edges', offsets, targets }] })],
      { packKeyOf: () => 'm#f', standsAlone: () => true },
    );

    bench.take(begin);
    let job = 0;
    for (; bench.scheduler.outcome === undefined; job += 1) {
      const calls = bench.submitted()[job]?.length ?? 0;
      const progress = { succeeded: [[0, calls - 1] as const], values: [], failed: [] };
      const exit = { outcome: 'succeeded' } as const;
      bench.take(
        {
          type: 'statuses',
          backend: 'local',
          source: 'watch',
          statuses: [{ job, state: 'ended', exit, progress }],
        },
        bench.seconds + 0.001,
      );
    }

    expect(bench.scheduler.counts().succeeded).toBe(size);
    expect(job).toBeLessThan(300);
  });

  it('says SCHEDULE_STUCK rather than hang when nothing can ever go on', () => {
    const full = new Map([['local', { ...TRAITS, maxLiveJobs: 0 }]]);
    const bench = new Bench([set('a', { size: 1 })], { backends: full });

    expect(() => bench.take(begin)).toThrow(expect.objectContaining({ code: 'SCHEDULE_STUCK' }));
  });
});
