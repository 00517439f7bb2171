import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { BackendTraits, JobSpec, JobStatus, PackProgress } from '@orchestrate/core';
import { textOf } from '../expectations.ts';
import type { BackendBench, BackendCase } from './backend-bench.ts';

const PACKS = { when: ({ work }: BackendTraits) => work.includes('functions') };
const SHARED_PACKS = {
  when: ({ work, sharedFilesystem }: BackendTraits) =>
    work.includes('functions') && sharedFilesystem,
};

function positions(ranges: PackProgress['succeeded'] | undefined): readonly number[] {
  return (ranges ?? [])
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => first + n))
    .sort((a, b) => a - b);
}

async function result(bench: BackendBench, job: JobSpec): Promise<JobStatus> {
  const backend = await bench.open();
  await bench.accept(backend, [job]);
  const [status] = await bench.ended(backend, [job]);
  ok(status !== undefined, 'a pack has no status');
  return status;
}

/** Promises about packs of function calls. */
export const PACK_CASES: readonly BackendCase[] = [
  {
    name: 'makes the calls of a pack and says every result that is not undefined',
    ...PACKS,
    async run(bench) {
      const status = await result(
        bench,
        bench.pack([{ do: 'add', a: 1, b: 2 }, { do: 'nothing' }, { do: 'add', a: 40, b: 2 }]),
      );

      strictEqual(status.exit?.outcome, 'succeeded');
      deepStrictEqual(positions(status.progress?.succeeded), [0, 1, 2]);
      deepStrictEqual(status.progress?.values, [
        [0, 3],
        [2, 42],
      ]);
      deepStrictEqual(status.progress.failed, []);
    },
  },
  {
    name: 'goes on after a failed call of a pack, and names it',
    ...PACKS,
    async run(bench) {
      const status = await result(
        bench,
        bench.pack([{ do: 'nothing' }, { do: 'fail', message: 'no such tile' }, { do: 'nothing' }]),
      );

      strictEqual(status.exit?.outcome, 'user-error');
      deepStrictEqual(positions(status.progress?.succeeded), [0, 2]);
      deepStrictEqual(
        status.progress?.failed.map(({ position, failure }) => [position, failure]),
        [[1, 'user-error']],
      );
      match(status.progress.failed[0]?.message ?? '', /no such tile/);
    },
  },
  {
    name: 'makes the calls of an ordered pack in order and stops at the first that fails',
    ...SHARED_PACKS,
    async run(bench) {
      const file = bench.path('order');
      const status = await result(
        bench,
        bench.pack(
          [
            { do: 'append', file, line: '0' },
            { do: 'append', file, line: '1' },
            { do: 'fail', message: 'stop here' },
            { do: 'append', file, line: '3' },
          ],
          { ordered: true },
        ),
      );

      strictEqual(status.exit?.outcome, 'user-error');
      deepStrictEqual(positions(status.progress?.succeeded), [0, 1]);
      deepStrictEqual(
        status.progress?.failed.map(({ position }) => position),
        [2],
      );
      deepStrictEqual(await bench.lines(file), ['0', '1']);
    },
  },
  {
    name: 'survives a call that ends its process: that call has failed, earlier ones have not',
    ...SHARED_PACKS,
    async run(bench) {
      const file = bench.path('ran');
      const status = await result(
        bench,
        bench.pack([
          { do: 'append', file, line: '0' },
          { do: 'crash', code: 7 },
          { do: 'append', file, line: '2' },
        ]),
      );

      strictEqual(status.exit?.outcome, 'user-error');
      deepStrictEqual(
        status.progress?.failed.map(({ position, failure }) => [position, failure]),
        [[1, 'user-error']],
      );
      const ran = await bench.lines(file);
      deepStrictEqual(ran, positions(status.progress.succeeded).map(String));
      strictEqual(ran[0], '0');
    },
  },
  {
    name: 'fails a pack whose module cannot be loaded, or rejects it, and works on',
    ...PACKS,
    async run(bench) {
      const backend = await bench.open();
      const broken = bench.pack([{ do: 'nothing' }]);
      const work = { ...broken.work, module: '/nowhere/at/all.js' };
      const [outcome] = await backend.submit([{ ...broken, work }]);
      const accepted = outcome?.outcome === 'accepted' ? [broken] : [];
      const good = bench.pack([{ do: 'nothing' }]);
      await bench.accept(backend, [good]);
      const statuses = await bench.ended(backend, [...accepted, good]);

      ok(outcome?.outcome === 'accepted' || outcome?.outcome === 'rejected');
      deepStrictEqual(
        statuses.map(({ exit }) => exit?.outcome),
        [...accepted.map(() => 'user-error'), 'succeeded'],
      );
    },
  },
  {
    name: 'tells a call its task, attempt, inputs and outputs',
    ...PACKS,
    async run(bench) {
      const inputs = { table: '/data/in.csv' };
      const outputs = { plot: '/data/out.png' };
      const call = { name: 'flow.task', attempt: 3, inputs, outputs, args: { do: 'context' } };
      const status = await result(bench, bench.pack([{ call }]));

      deepStrictEqual(status.progress?.values, [
        [0, { task: 'flow.task', attempt: 3, inputs, outputs, aborted: false }],
      ]);
    },
  },
  {
    name: 'writes what a call prints to the file of the call, or else to the log of the job',
    ...SHARED_PACKS,
    async run(bench) {
      const backend = await bench.open();
      const logPath = bench.path('call.log');
      const silentPath = bench.path('silent.log');
      const job = bench.pack([
        { call: { args: { do: 'print', text: 'to the file' }, logPath } },
        { do: 'print', text: 'to the job' },
        { call: { args: { do: 'nothing' }, logPath: silentPath } },
      ]);
      await bench.accept(backend, [job]);
      await bench.ended(backend, [job]);

      strictEqual(await readFile(logPath, 'utf8'), 'to the file\n');
      strictEqual(await textOf(backend.logs(job.key)), 'to the job\n');
      strictEqual(await readFile(silentPath, 'utf8').catch(() => 'no file'), 'no file');
    },
  },
  {
    name: 'cancels a pack: what was done stays done, the rest is not run',
    ...SHARED_PACKS,
    async run(bench) {
      const backend = await bench.open();
      const [started, file] = [bench.path('started'), bench.path('ran')];
      const job = bench.pack(
        [
          { do: 'append', file, line: '0' },
          { do: 'wait', started },
          { do: 'append', file, line: '2' },
        ],
        { ordered: true },
      );
      await bench.accept(backend, [job]);
      await bench.until('the call to wait', async () =>
        (await bench.lines(started)).length > 0 ? true : undefined,
      );
      await backend.cancel([job.key]);
      const [status] = await bench.ended(backend, [job]);

      strictEqual(status?.exit?.outcome, 'cancelled');
      deepStrictEqual(positions(status.progress?.succeeded), [0]);
      deepStrictEqual(await bench.lines(file), ['0']);
    },
  },
  {
    name: 'pushes the progress of a pack so that all reports together say everything once',
    when: ({ work, pushes }) => work.includes('functions') && pushes,
    async run(bench) {
      const backend = await bench.open();
      const job = bench.pack(
        Array.from({ length: 50 }, (_, n) =>
          n === 20 ? { do: 'fail', message: 'twenty' } : { do: 'add', a: n, b: 0 },
        ),
      );
      const pushed: JobStatus[] = [];
      using _watch = backend.watch?.((statuses) => {
        pushed.push(...statuses.filter(({ key }) => key === job.key));
      });
      await bench.accept(backend, [job]);
      const [status] = await bench.ended(backend, [job]);
      await bench.until('the end to be pushed', async () =>
        pushed.some(({ state }) => state === 'ended') ? true : undefined,
      );

      const all = Array.from({ length: 50 }, (_, n) => n).filter((n) => n !== 20);
      const news = pushed.flatMap(({ progress }) => (progress === undefined ? [] : [progress]));
      for (const told of [[status?.progress], news]) {
        deepStrictEqual(
          told.flatMap((progress) => positions(progress?.succeeded)).sort((a, b) => a - b),
          all,
        );
        deepStrictEqual(
          told.flatMap((progress) => (progress?.values ?? []).map(([n, value]) => [n, value])),
          all.map((n) => [n, n]),
        );
        deepStrictEqual(
          told.flatMap((progress) => (progress?.failed ?? []).map(({ position }) => position)),
          [20],
        );
      }
    },
  },
  {
    name: 'makes the calls of up to 40 packs exactly once each',
    ...SHARED_PACKS,
    async run(bench) {
      const backend = await bench.open();
      const file = bench.path('calls');
      const jobs = Array.from({ length: Math.min(40, bench.traits.maxLiveJobs ?? 40) }, (_, pack) =>
        bench.pack(
          Array.from({ length: 5 }, (__, call) => ({
            do: 'append' as const,
            file,
            line: `${pack}/${call}`,
          })),
        ),
      );
      await bench.accept(backend, jobs);
      const statuses = await bench.ended(backend, jobs);

      ok(statuses.every(({ exit }) => exit?.outcome === 'succeeded'));
      const expected = jobs.flatMap((_, pack) => [0, 1, 2, 3, 4].map((call) => `${pack}/${call}`));
      deepStrictEqual([...(await bench.lines(file))].sort(), expected.sort());
    },
  },
];
