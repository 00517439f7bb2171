import type { JobKey, JobSpec } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halves, type PlanFacts, packing, planBatches, type ReadJob } from './batch-plan.ts';
import { SlurmConfig, SlurmJobOptions } from './config.ts';

const job = (n: number, more: Partial<JobSpec> = {}, options: object = {}): ReadJob => ({
  spec: {
    key: `k-${n}` as JobKey,
    name: `grow/${n}`,
    work: { kind: 'command', argv: ['true'] },
    directory: '/x',
    environment: {},
    resources: {},
    logPath: `/x/${n}/log`,
    ...more,
  },
  options: SlurmJobOptions.parse(options),
});

const facts = (config: object = {}, more: Partial<PlanFacts> = {}): PlanFacts => ({
  config: SlurmConfig.parse(config),
  maxArraySize: 1000,
  width: 32,
  learned: () => undefined,
  ...more,
});

const jobs = (count: number, options: object = {}, more: Partial<JobSpec> = {}): ReadJob[] =>
  Array.from({ length: count }, (_, n) => job(n, more, options));

describe('packing', () => {
  it('gives each job an allocation of its own as long as it knows nothing', () => {
    expect(packing(1000, job(0), facts())).toEqual({ perAllocation: 1, lanes: 1 });
  });

  it('lets short jobs share as many allocations as can run at once', () => {
    expect(packing(1000, job(0, {}, { expectSeconds: 1 }), facts()).perAllocation).toBe(32);
    expect(packing(1000, job(0), facts({}, { learned: () => 0.1 })).perAllocation).toBe(32);
    expect(packing(10, job(0), facts({}, { learned: () => 0.01 })).perAllocation).toBe(10);
    expect(packing(10, job(0, {}, { expectSeconds: 1 }), facts()).perAllocation).toBe(2);
  });

  it('keeps an allocation below the time it is meant to run', () => {
    const short = job(0, {}, { expectSeconds: 10 });
    expect(packing(100_000, short, facts({ packSeconds: 60 })).perAllocation).toBe(5);
  });

  it('leaves long jobs alone', () => {
    expect(packing(1000, job(0, {}, { expectSeconds: 20 }), facts()).perAllocation).toBe(1);
  });

  it('does as it is told, by the job before the cluster', () => {
    const told = facts({ pack: { tasksPerJob: 8, slots: 4 } });

    expect(packing(100, job(0), told)).toEqual({ perAllocation: 8, lanes: 4 });
    expect(packing(3, job(0), told)).toEqual({ perAllocation: 3, lanes: 3 });
    expect(packing(100, job(0, {}, { pack: false }), told).perAllocation).toBe(1);
    expect(
      packing(100, job(0, {}, { expectSeconds: 1 }), facts({ pack: false })).perAllocation,
    ).toBe(1);
  });
});

describe('planBatches', () => {
  it('puts every job into exactly one batch, and no array beyond what the cluster takes', () => {
    const some = fc.record({
      count: fc.integer({ min: 1, max: 300 }),
      maxArraySize: fc.integer({ min: 1, max: 50 }),
      tasksPerJob: fc.integer({ min: 1, max: 9 }),
      kinds: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(some, ({ count, maxArraySize, tasksPerJob, kinds }) => {
        const all = Array.from({ length: count }, (_, n) =>
          job(n, { resources: { cpus: 1 + (n % kinds) } }),
        );
        const planned = planBatches(all, facts({ pack: { tasksPerJob } }, { maxArraySize }));

        expect(planned.flatMap((batch) => batch.jobs.map(({ spec }) => spec.key)).sort()).toEqual(
          all.map(({ spec }) => spec.key).sort(),
        );
        for (const { jobs: inBatch, perAllocation } of planned) {
          expect(Math.ceil(inBatch.length / perAllocation)).toBeLessThanOrEqual(maxArraySize);
          expect(new Set(inBatch.map(({ spec }) => spec.resources.cpus)).size).toBe(1);
        }
      }),
    );
  });

  it('asks for the time of all that share an allocation, and room for their end', () => {
    const limited = { resources: { timeSeconds: 100 } };
    const [batch] = planBatches(
      jobs(8, {}, limited),
      facts({ pack: { tasksPerJob: 8, slots: 2 }, graceSeconds: 10 }),
    );

    expect(batch).toMatchObject({ timeSeconds: 100, perAllocation: 8, lanes: 2 });
    // 4 rounds of 100 s, 10 s to end and 30 s of room, in whole minutes.
    expect(batch?.options['time']).toBe(8);
  });

  it('does not ask for the longest time of every job where a usual one is known', () => {
    const limited = { resources: { timeSeconds: 600 } };
    const [batch] = planBatches(jobs(320, { expectSeconds: 1 }, limited), facts());

    expect(batch?.perAllocation).toBe(10);
    // 600 s for one, 4 s for each of the 9 others, 40 s of room.
    expect(batch?.options['time']).toBe(12);
  });

  it('asks for the resources of all that run side by side', () => {
    const resources = { cpus: 2, memoryBytes: 2 ** 30, gpus: 1 };
    const [batch] = planBatches(
      jobs(8, {}, { resources }),
      facts({ pack: { tasksPerJob: 8, slots: 4 } }),
    );

    expect(batch?.options).toMatchObject({ 'cpus-per-task': 8, mem: '4096M', gres: 'gpu:4' });
  });

  it('lets options of the task win over those of the cluster, and both over resources', () => {
    const [batch] = planBatches(
      jobs(
        1,
        { sbatch: { partition: 'long', mem: '7G' } },
        { resources: { memoryBytes: 2 ** 20 } },
      ),
      facts({ defaults: { partition: 'short', account: 'science' } }),
    );

    expect(batch?.options).toMatchObject({ partition: 'long', account: 'science', mem: '7G' });
  });

  it('runs the setup of the cluster before that of the task', () => {
    const [batch] = planBatches(jobs(1, { setup: 'two' }), facts({ setup: 'one' }));
    expect(batch?.setup).toBe('one\ntwo');
  });
});

describe('halves', () => {
  it('keeps every job, and whole allocations, until one is left', () => {
    const [batch] = planBatches(jobs(25), facts({ pack: { tasksPerJob: 4 } }));
    const parts = batch === undefined ? [] : halves(batch);

    expect(parts.map((part) => part.jobs.length)).toEqual([16, 9]);
    expect(parts.every((part) => part.options === batch?.options)).toBe(true);
    const [single] = planBatches(jobs(4), facts({ pack: { tasksPerJob: 4 } }));
    expect(single === undefined ? undefined : halves(single)).toEqual([]);
  });
});
