import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { JobStatus } from '@orchestrate/core';
import type { BackendCase } from './backend-bench.ts';

const ORDER: readonly JobStatus['state'][] = ['queued', 'running', 'ended'];

/** Promises about what is said of jobs. */
export const STATE_CASES: readonly BackendCase[] = [
  {
    name: 'says queued or running, then ended, and never goes back',
    when: ({ sharedFilesystem }) => sharedFilesystem,
    async run(bench) {
      const backend = await bench.open();
      const [started, until] = [bench.path('started'), bench.path('until')];
      const job = bench.job({ do: 'wait', started, until });
      await bench.accept(backend, [job]);
      const states: JobStatus['state'][] = [];
      const look = async () => {
        const [status] = await backend.observe([job.key]);
        states.push(status?.state ?? 'unknown');
        return status;
      };
      const running = await bench.until('the job to run', async () => {
        const status = await look();
        return status?.state === 'running' ? status : undefined;
      });
      ok(typeof running.startedAt === 'number', 'a running job has a start');
      ok(running.exit === undefined, 'a running job has no exit');
      await writeFile(until, '');
      const ended = await bench.until('the job to end', async () => {
        const status = await look();
        return status?.state === 'ended' ? status : undefined;
      });

      const known = states.filter((state) => state !== 'unknown').map((s) => ORDER.indexOf(s));
      deepStrictEqual(
        known,
        [...known].sort((a, b) => a - b),
        `states went back: ${states.join(', ')}`,
      );
      strictEqual(ended.exit?.outcome, 'succeeded');
      const [found] = await backend.find([job.key]);
      strictEqual(found?.state, 'ended');
    },
  },
  {
    name: 'reports every change by itself, in order, each state at most once per job',
    when: ({ pushes }) => pushes,
    async run(bench) {
      const backend = await bench.open();
      const jobs = Array.from({ length: Math.min(25, bench.traits.maxLiveJobs ?? 25) }, (_, n) =>
        bench.job({ do: 'exit', code: n % 2 }),
      );
      const reports = new Map<string, JobStatus[]>();
      using _watch = backend.watch?.((statuses) => {
        for (const status of statuses)
          reports.set(status.key, [...(reports.get(status.key) ?? []), status]);
      });
      await bench.accept(backend, jobs);
      await bench.until('the ends of all jobs to be reported', async () => {
        const all = jobs.map(({ key }) => reports.get(key)?.at(-1)?.state);
        return all.every((state) => state === 'ended') ? true : undefined;
      });
      await bench.pass(0.1);

      for (const [n, { key }] of jobs.entries()) {
        const seen = (reports.get(key) ?? []).filter(({ progress }) => progress === undefined);
        const states = seen.map(({ state }) => ORDER.indexOf(state));
        deepStrictEqual(
          states,
          [...new Set(states)].sort((a, b) => a - b),
          `reports of job ${n}`,
        );
        strictEqual(seen.at(-1)?.exit?.code, n % 2);
      }
    },
  },
  {
    name: 'reports nothing more once the watch is disposed, and to every watcher before',
    when: ({ pushes }) => pushes,
    async run(bench) {
      const backend = await bench.open();
      const [first, second] = [bench.job({ do: 'succeed' }), bench.job({ do: 'succeed' })];
      const counts = [0, 0];
      const watch = backend.watch?.(() => {
        counts[0] = (counts[0] ?? 0) + 1;
      });
      using _other = backend.watch?.(() => {
        counts[1] = (counts[1] ?? 0) + 1;
      });
      await bench.accept(backend, [first]);
      await bench.until('a report to both', async () =>
        counts.every((count) => count > 0) ? true : undefined,
      );
      watch?.[Symbol.dispose]();
      await bench.ended(backend, [first]);
      const [before, others] = [...counts];
      await bench.accept(backend, [second]);
      await bench.ended(backend, [second]);
      await bench.until('a report to the other', async () =>
        (counts[1] ?? 0) > (others ?? 0) ? true : undefined,
      );

      strictEqual(counts[0], before);
    },
  },
  {
    name: 'forgets ended jobs without harm to live ones',
    async run(bench) {
      const backend = await bench.open();
      const [done, live] = [bench.job({ do: 'succeed' }), bench.job({ do: 'sleep' })];
      await bench.accept(backend, [done, live]);
      await bench.ended(backend, [done]);
      await bench.reaches(backend, live, 'running');
      await backend.forget?.([done.key, bench.key()]);
      await backend.forget?.([done.key]);

      const [forgotten, alive] = await backend.find([done.key, live.key]);
      ok(forgotten?.state === 'absent' || forgotten?.state === 'ended');
      strictEqual(alive?.state, 'running');
    },
  },
  {
    name: 'diagnoses itself in findings that say what to do',
    async run(bench) {
      const backend = await bench.open();
      for (const finding of (await backend.diagnose?.()) ?? []) {
        ok(finding.subject !== '' && finding.message !== '');
        ok(finding.state === 'good' || (finding.hint ?? '') !== '', 'trouble without a hint');
      }
    },
  },
];
