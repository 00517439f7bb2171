import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { JobSpec } from '@orchestrate/core';
import { rejection } from '../expectations.ts';
import type { BackendBench, BackendCase } from './backend-bench.ts';

const FOREIGN_WORK: Readonly<Record<JobSpec['work']['kind'], JobSpec['work']>> = {
  command: { kind: 'command', argv: ['true'] },
  shell: { kind: 'shell', script: 'true', shell: 'sh' },
  functions: {
    kind: 'functions',
    module: '/nowhere.js',
    export: 'x',
    ordered: false,
    calls: [{ args: null }],
  },
};

async function assertRejected(bench: BackendBench, job: JobSpec): Promise<void> {
  const backend = await bench.open();
  const [outcome] = await backend.submit([job]);

  strictEqual(outcome?.outcome, 'rejected');
  ok((outcome.reason ?? '') !== '', 'a rejection says why');
  const [status] = await backend.find([job.key]);
  strictEqual(status?.state, 'absent');
}

/** Promises about submitting. */
export const SUBMIT_CASES: readonly BackendCase[] = [
  {
    name: 'declares the traits it is tested with, and has watch exactly when it pushes',
    async run(bench) {
      const backend = await bench.open();

      deepStrictEqual(backend.traits, bench.traits);
      strictEqual(backend.watch !== undefined, bench.traits.pushes);
    },
  },
  {
    name: 'answers for every job and every key in the order given, and nothing for none',
    async run(bench) {
      const backend = await bench.open();
      const jobs = [3, 0, 2, 0, 1].map((code) => bench.job({ do: 'exit', code }));
      const keys = jobs.map(({ key }) => key);

      deepStrictEqual(await backend.submit([]), []);
      deepStrictEqual(await backend.observe([]), []);
      deepStrictEqual(await backend.find([]), []);
      const outcomes = await backend.submit(jobs);
      deepStrictEqual(
        outcomes.map(({ key, outcome }) => [key, outcome]),
        keys.map((key) => [key, 'accepted']),
      );
      const statuses = await bench.ended(backend, jobs);
      deepStrictEqual(
        statuses.map(({ key, exit }) => [key, exit?.code]),
        keys.map((key, n) => [key, [3, 0, 2, 0, 1][n]]),
      );
      const reversed = await backend.find([...keys].reverse());
      deepStrictEqual(
        reversed.map(({ key }) => key),
        [...keys].reverse(),
      );
    },
  },
  {
    name: 'runs a job once, however often it is submitted: in one call, at once, later, after its end',
    when: ({ sharedFilesystem }) => sharedFilesystem,
    async run(bench) {
      const backend = await bench.open();
      const [started, until] = [bench.path('started'), bench.path('until')];
      const job = bench.job({ do: 'wait', started, until });
      const accepted = (outcomes: readonly { readonly outcome: string }[]) =>
        ok(
          outcomes.every(({ outcome }) => outcome === 'accepted'),
          'a repetition was not accepted',
        );

      accepted((await Promise.all([backend.submit([job, job]), backend.submit([job])])).flat());
      await bench.reaches(backend, job, 'running');
      accepted(await backend.submit([job]));
      await writeFile(until, '');
      await bench.ended(backend, [job]);
      accepted(await backend.submit([job]));
      const other = bench.job({ do: 'succeed' });
      await bench.accept(backend, [other]);
      await bench.ended(backend, [job, other]);

      deepStrictEqual(await bench.lines(started), ['started']);
    },
  },
  {
    name: 'runs 200 quick jobs exactly once each',
    when: ({ sharedFilesystem, maxLiveJobs }) => sharedFilesystem && (maxLiveJobs ?? 200) >= 200,
    async run(bench) {
      const backend = await bench.open();
      const file = bench.path('appended');
      const jobs = Array.from({ length: 200 }, (_, n) =>
        bench.job({ do: 'append', file, line: `job ${n}` }),
      );
      await bench.accept(backend, jobs);
      const statuses = await bench.ended(backend, jobs);

      ok(statuses.every(({ exit }) => exit?.outcome === 'succeeded'));
      deepStrictEqual([...(await bench.lines(file))].sort(), jobs.map((_, n) => `job ${n}`).sort());
    },
  },
  {
    name: 'rejects commands, which it does not take',
    when: ({ work }) => !work.includes('command'),
    run: (bench) =>
      assertRejected(bench, { ...bench.job({ do: 'succeed' }), work: FOREIGN_WORK.command }),
  },
  {
    name: 'rejects shell texts, which it does not take',
    when: ({ work }) => !work.includes('shell'),
    run: (bench) =>
      assertRejected(bench, { ...bench.job({ do: 'succeed' }), work: FOREIGN_WORK.shell }),
  },
  {
    name: 'rejects packs of functions, which it does not take',
    when: ({ work }) => !work.includes('functions'),
    run: (bench) =>
      assertRejected(bench, { ...bench.job({ do: 'succeed' }), work: FOREIGN_WORK.functions }),
  },
  {
    name: 'rejects a job with an image',
    when: ({ containers }) => !containers,
    run: (bench) => assertRejected(bench, bench.job({ do: 'succeed' }, { image: 'busybox:1' })),
  },
  {
    name: 'runs a job in an image',
    when: ({ containers }) => containers,
    async run(bench) {
      const backend = await bench.open();
      const { image } = bench.options;
      ok(image !== undefined, 'options.image is needed for a backend with containers');
      const job = bench.job({ do: 'exit', code: 3 }, { image });
      await bench.accept(backend, [job]);

      deepStrictEqual(
        (await bench.ended(backend, [job])).map(({ exit }) => [exit?.outcome, exit?.code]),
        [['user-error', 3]],
      );
    },
  },
  {
    name: 'rejects one job of many without harm to the others',
    when: ({ containers, work }) => !containers || !work.includes('functions'),
    async run(bench) {
      const backend = await bench.open();
      const good = [bench.job({ do: 'succeed' }), bench.job({ do: 'succeed' })] as const;
      const image = bench.traits.containers ? {} : { image: 'busybox:1' };
      const work = bench.traits.containers ? { work: FOREIGN_WORK.functions } : {};
      const bad = bench.job({ do: 'succeed' }, { ...image, ...work });
      const outcomes = await backend.submit([good[0], bad, good[1]]);

      deepStrictEqual(
        outcomes.map(({ outcome }) => outcome),
        ['accepted', 'rejected', 'accepted'],
      );
      await bench.ended(backend, good);
    },
  },
  {
    name: 'does nothing in a call whose signal is aborted already',
    async run(bench) {
      const backend = await bench.open();
      const reason = new Error('too late');
      const signal = AbortSignal.abort(reason);
      const job = bench.job({ do: 'succeed' });

      strictEqual(await rejection(backend.submit([job], { signal })), reason);
      strictEqual(await rejection(backend.observe([job.key], { signal })), reason);
      strictEqual(await rejection(backend.find([job.key], { signal })), reason);
      const [status] = await backend.find([job.key]);
      strictEqual(status?.state, 'absent');
    },
  },
  {
    name: 'has no trace of a key that was never submitted',
    async run(bench) {
      const backend = await bench.open();
      const job = bench.job({ do: 'succeed' });
      await bench.accept(backend, [job]);
      const [never, there] = await backend.find([bench.key(), job.key]);

      strictEqual(never?.state, 'absent');
      ok(there?.state !== 'absent', 'a submitted job is absent');
    },
  },
  {
    name: 'runs as many jobs at once as it has slots, and no more',
    when: ({ slots, sharedFilesystem }) => sharedFilesystem && slots !== undefined && slots <= 16,
    async run(bench) {
      const backend = await bench.open();
      const slots = bench.traits.slots ?? 0;
      const until = bench.path('until');
      const started = bench.path('started');
      const jobs = Array.from({ length: slots + 2 }, () =>
        bench.job({ do: 'wait', started, until }, { resources: { cpus: 1 } }),
      );
      await bench.accept(backend, jobs);
      const startedJobs = async () => (await bench.lines(started)).length;
      await bench.until('every slot to be taken', async () =>
        (await startedJobs()) >= slots ? true : undefined,
      );
      await bench.pass(0.3);
      strictEqual(await startedJobs(), slots);
      const statuses = await backend.observe(jobs.map(({ key }) => key));
      strictEqual(statuses.filter(({ state }) => state === 'queued').length, 2);
      await writeFile(until, '');
      await bench.ended(backend, jobs);

      strictEqual(await startedJobs(), slots + 2);
    },
  },
  {
    name: 'is busy beyond its number of live jobs, and takes more once some have ended',
    when: ({ maxLiveJobs, sharedFilesystem }) =>
      sharedFilesystem && maxLiveJobs !== undefined && maxLiveJobs <= 64,
    async run(bench) {
      const backend = await bench.open();
      const limit = bench.traits.maxLiveJobs ?? 0;
      const until = bench.path('until');
      const started = bench.path('started');
      const jobs = Array.from({ length: limit }, () => bench.job({ do: 'wait', started, until }));
      const late = bench.job({ do: 'wait', started, until });
      await bench.accept(backend, jobs);
      const [refused] = await backend.submit([late]);

      strictEqual(refused?.outcome, 'busy');
      ok((refused.reason ?? '') !== '', 'a refusal says why');
      await writeFile(until, '');
      await bench.ended(backend, jobs);
      await bench.accept(backend, [late]);
      await bench.ended(backend, [late]);
      strictEqual((await bench.lines(started)).length, limit + 1);
    },
  },
];
