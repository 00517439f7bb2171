import { ok, strictEqual } from 'node:assert/strict';
import type { BackendCase } from './backend-bench.ts';

const MEBIBYTE = 2 ** 20;

/** Promises about limits of time and memory. */
export const LIMIT_CASES: readonly BackendCase[] = [
  {
    name: 'ends a job that exceeds its time as timeout, and leaves a shorter one alone',
    when: ({ enforcesTime }) => enforcesTime,
    async run(bench) {
      const backend = await bench.open();
      const late = bench.job({ do: 'sleep' }, { resources: { timeSeconds: 1 } });
      const quick = bench.job({ do: 'succeed' }, { resources: { timeSeconds: 10 } });
      await bench.accept(backend, [late, quick]);
      const [status, other] = await bench.ended(backend, [late, quick]);

      strictEqual(status?.exit?.outcome, 'timeout');
      ok((status.exit.message ?? '') !== '', 'an end before its time says why');
      strictEqual(other?.exit?.outcome, 'succeeded');
    },
  },
  {
    name: 'lets a job go on that exceeds its time: somebody else has to watch the clock',
    when: ({ enforcesTime }) => !enforcesTime,
    async run(bench) {
      const backend = await bench.open();
      const late = bench.job({ do: 'sleep' }, { resources: { timeSeconds: 1 } });
      await bench.accept(backend, [late]);
      await bench.reaches(backend, late, 'running');
      await bench.pass(2.5);
      const [status] = await backend.observe([late.key]);

      strictEqual(status?.state, 'running');
    },
  },
  {
    name: 'ends a job that exceeds its memory as out-of-memory, and leaves a smaller one alone',
    when: ({ enforcesMemory }) => enforcesMemory,
    async run(bench) {
      const backend = await bench.open();
      const { limitBytes, takenBytes } = bench.options.memory ?? {
        limitBytes: 64 * MEBIBYTE,
        takenBytes: 256 * MEBIBYTE,
      };
      const resources = { memoryBytes: limitBytes };
      const big = bench.job({ do: 'fill-memory', bytes: takenBytes }, { resources });
      const small = bench.job({ do: 'succeed' }, { resources });
      await bench.accept(backend, [big, small]);
      const [status, other] = await bench.ended(backend, [big, small]);

      strictEqual(status?.exit?.outcome, 'out-of-memory');
      ok((status.exit.message ?? '') !== '', 'an end before its time says why');
      strictEqual(other?.exit?.outcome, 'succeeded');
    },
  },
  {
    name: 'lets a job go on that exceeds its memory',
    when: ({ enforcesMemory }) => !enforcesMemory,
    async run(bench) {
      const backend = await bench.open();
      const { limitBytes, takenBytes } = bench.options.memory ?? {
        limitBytes: 8 * MEBIBYTE,
        takenBytes: 48 * MEBIBYTE,
      };
      const resources = { memoryBytes: limitBytes };
      const big = bench.job({ do: 'fill-memory', bytes: takenBytes }, { resources });
      await bench.accept(backend, [big]);
      await bench.reaches(backend, big, 'running');
      await bench.pass(1.5);
      const [status] = await backend.observe([big.key]);

      strictEqual(status?.state, 'running');
    },
  },
];
