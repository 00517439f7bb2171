import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { JobSpec } from '@orchestrate/core';
import { textOf } from '../expectations.ts';
import type { BackendBench, BackendCase } from './backend-bench.ts';
import { assertSilent } from './cancel-cases.ts';

async function isRunning(bench: BackendBench, file: string): Promise<void> {
  await bench.until('the job to start', async () =>
    (await bench.lines(file)).length > 0 ? true : undefined,
  );
}

/** A job with a process of its own whose leader has died. */
async function abandonedJob(bench: BackendBench): Promise<{ job: JobSpec; alive: string }> {
  const alive = bench.path('alive');
  const job = bench.job({ do: 'spawn', alive });
  const leader = await bench.open();
  await bench.accept(leader, [job]);
  await bench.until('the process to be alive', async () => existsSync(alive) || undefined);
  await bench.abandon(leader);
  return { job, alive };
}

const OUTLIVES: Pick<BackendCase, 'when'> = {
  when: ({ outlivesLeader, sharedFilesystem }) => outlivesLeader && sharedFilesystem,
};

/** Promises about the death of a leader. */
export const RESTART_CASES: readonly BackendCase[] = [
  {
    name: 'lets a new leader find a running job, and runs it to its end once',
    ...OUTLIVES,
    async run(bench) {
      const [started, until] = [bench.path('started'), bench.path('until')];
      const job = bench.job({ do: 'wait', started, until });
      const first = await bench.open();
      await bench.accept(first, [job]);
      await isRunning(bench, started);
      await bench.abandon(first);

      const second = await bench.open();
      const [found] = await second.find([job.key]);
      // A cluster may be late to say that a job has started, but not that it is there.
      ok(found?.state === 'queued' || found?.state === 'running', `found ${found?.state}`);
      await bench.reaches(second, job, 'running');
      await bench.accept(second, [job]);
      await writeFile(until, '');
      const [status] = await bench.ended(second, [job]);
      strictEqual(status?.exit?.outcome, 'succeeded');
      deepStrictEqual(await bench.lines(started), ['started']);
    },
  },
  {
    name: 'lets a new leader find how jobs ended while nobody was there, and their logs',
    ...OUTLIVES,
    async run(bench) {
      const until = bench.path('until');
      const waiting = bench.job({ do: 'print-around', first: 'before', until, second: 'after' });
      const failed = bench.job({ do: 'exit', code: 3 });
      const first = await bench.open();
      await bench.accept(first, [waiting, failed]);
      await bench.reaches(first, waiting, 'running');
      await bench.ended(first, [failed]);
      await bench.abandon(first);
      await writeFile(until, '');

      const second = await bench.open();
      const statuses = await bench.until('the ends to be found', async () => {
        const found = await second.find([waiting.key, failed.key, bench.key()]);
        return found[0]?.state === 'ended' ? found : undefined;
      });
      deepStrictEqual(
        statuses.map(({ state, exit }) => [state, exit?.outcome]),
        [
          ['ended', 'succeeded'],
          ['ended', 'user-error'],
          ['absent', undefined],
        ],
      );
      strictEqual(await textOf(second.logs(waiting.key)), 'before\nafter\n');
      await bench.accept(second, [failed]);
      strictEqual((await bench.ended(second, [failed]))[0]?.exit?.code, 3);
    },
  },
  {
    name: 'lets a new leader cancel, follow and be told of the jobs of an old one',
    ...OUTLIVES,
    async run(bench) {
      const { job, alive } = await abandonedJob(bench);

      const second = await bench.open();
      const reported: string[] = [];
      using _watch = second.watch?.((statuses) => {
        reported.push(...statuses.map(({ state }) => state));
      });
      await second.find([job.key]);
      await second.cancel([job.key]);
      const [status] = await bench.ended(second, [job]);
      strictEqual(status?.exit?.outcome, 'cancelled');
      await bench.until('the end to be reported', async () =>
        !bench.traits.pushes || reported.includes('ended') ? true : undefined,
      );
      await assertSilent(bench, alive);
    },
  },
  {
    name: 'starts what an old leader had only queued, once, also when it is submitted again',
    when: ({ outlivesLeader, sharedFilesystem, slots }) =>
      outlivesLeader && sharedFilesystem && slots !== undefined && slots <= 16,
    async run(bench) {
      const [started, until] = [bench.path('started'), bench.path('until')];
      const count = (bench.traits.slots ?? 0) + 2;
      const jobs = Array.from({ length: count }, () =>
        bench.job({ do: 'wait', started, until }, { resources: { cpus: 1 } }),
      );
      const first = await bench.open();
      await bench.accept(first, jobs);
      await isRunning(bench, started);
      await bench.abandon(first);

      const second = await bench.open();
      const found = await second.find(jobs.map(({ key }) => key));
      const gone = jobs.filter((_, n) => found[n]?.state === 'absent');
      await bench.accept(second, gone);
      await writeFile(until, '');
      await bench.ended(second, jobs);
      deepStrictEqual(
        await bench.lines(started),
        jobs.map(() => 'started'),
      );
    },
  },
  {
    name: 'ends its jobs when the leader goes, and finds nothing of them running afterwards',
    when: ({ outlivesLeader, sharedFilesystem }) => !outlivesLeader && sharedFilesystem,
    async run(bench) {
      const { job, alive } = await abandonedJob(bench);

      const second = await bench.open();
      const [found] = await second.find([job.key]);
      ok(found?.state === 'absent' || found?.state === 'ended', `it is ${found?.state}`);
      await assertSilent(bench, alive);
    },
  },
  {
    name: 'can be disposed twice, with and without jobs',
    async run(bench) {
      const first = await bench.open();
      await first[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
      const second = await bench.open();
      await bench.accept(second, [bench.job({ do: 'succeed' })]);
      await second[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
      await Promise.all([bench.abandon(first), bench.abandon(second)]);
    },
  },
];
