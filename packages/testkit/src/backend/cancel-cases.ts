import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import type { BackendBench, BackendCase } from './backend-bench.ts';

const SHARED = {
  when: ({ sharedFilesystem }: { readonly sharedFilesystem: boolean }) => sharedFilesystem,
};

/** Fails when something still adds to a file. */
export async function assertSilent(bench: BackendBench, file: string): Promise<void> {
  const size = async () => (await stat(file)).size;
  const before = await size();
  await bench.pass(0.3);
  strictEqual(await size(), before, 'a process of an ended job is still alive');
}

/** Promises about cancelling. */
export const CANCEL_CASES: readonly BackendCase[] = [
  {
    name: 'ends a running job as cancelled, and only that one',
    async run(bench) {
      const backend = await bench.open();
      const [job, other] = [bench.job({ do: 'sleep' }), bench.job({ do: 'sleep' })];
      await bench.accept(backend, [job, other]);
      await bench.reaches(backend, job, 'running');
      await backend.cancel([job.key]);
      const [status] = await bench.ended(backend, [job]);

      strictEqual(status?.exit?.outcome, 'cancelled');
      ok((status.exit.message ?? '') !== '', 'an end before its time says why');
      const [untouched] = await backend.observe([other.key]);
      ok(untouched?.state === 'running' || untouched?.state === 'queued');
    },
  },
  {
    name: 'ends a job for the reason it was given',
    async run(bench) {
      const backend = await bench.open();
      const [late, big] = [bench.job({ do: 'sleep' }), bench.job({ do: 'sleep' })];
      await bench.accept(backend, [late, big]);
      await backend.cancel([late.key], { reason: 'timeout' });
      await backend.cancel([big.key], { reason: 'out-of-memory' });
      const statuses = await bench.ended(backend, [late, big]);

      deepStrictEqual(
        statuses.map(({ exit }) => exit?.outcome),
        ['timeout', 'out-of-memory'],
      );
    },
  },
  {
    name: 'ends a job that ignores SIGTERM',
    ...SHARED,
    async run(bench) {
      const backend = await bench.open();
      const started = bench.path('started');
      const job = bench.job({ do: 'ignore-term', started });
      await bench.accept(backend, [job]);
      await bench.until('the job to start', async () => existsSync(started) || undefined);
      await backend.cancel([job.key]);
      const [status] = await bench.ended(backend, [job]);

      strictEqual(status?.exit?.outcome, 'cancelled');
    },
  },
  {
    name: 'ends the processes a job has started too',
    ...SHARED,
    async run(bench) {
      const backend = await bench.open();
      const alive = bench.path('alive');
      const job = bench.job({ do: 'spawn', alive });
      await bench.accept(backend, [job]);
      await bench.until('the process to be alive', async () => existsSync(alive) || undefined);
      await backend.cancel([job.key]);
      await bench.ended(backend, [job]);

      await assertSilent(bench, alive);
    },
  },
  {
    name: 'ends a job that is still queued without ever starting it',
    when: ({ slots, sharedFilesystem }) => sharedFilesystem && slots !== undefined && slots <= 16,
    async run(bench) {
      const backend = await bench.open();
      const [until, started] = [bench.path('until'), bench.path('started')];
      const fillers = Array.from({ length: bench.traits.slots ?? 0 }, () =>
        bench.job({ do: 'wait', started, until }, { resources: { cpus: 1 } }),
      );
      const waiting = bench.job({ do: 'append', file: bench.path('ran'), line: 'ran' });
      await bench.accept(backend, fillers);
      await bench.accept(backend, [waiting]);
      await backend.cancel([waiting.key]);
      const [status] = await bench.ended(backend, [waiting]);
      await writeFile(until, '');
      await bench.ended(backend, fillers);

      strictEqual(status?.exit?.outcome, 'cancelled');
      deepStrictEqual(await bench.lines(bench.path('ran')), []);
    },
  },
  {
    name: 'does not mind keys it does not know, or that have ended, or twice the same',
    async run(bench) {
      const backend = await bench.open();
      const [done, live] = [bench.job({ do: 'exit', code: 3 }), bench.job({ do: 'sleep' })];
      await bench.accept(backend, [done, live]);
      await bench.ended(backend, [done]);
      await backend.cancel([]);
      await backend.cancel([bench.key(), done.key, live.key, live.key]);
      await backend.cancel([live.key]);
      const statuses = await bench.ended(backend, [done, live]);

      deepStrictEqual(
        statuses.map(({ exit }) => exit?.outcome),
        ['user-error', 'cancelled'],
      );
    },
  },
];
