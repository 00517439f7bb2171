import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import type { JobExit, JobSpec } from '@orchestrate/core';
import type { Act } from './act.ts';
import type { BackendBench, BackendCase } from './backend-bench.ts';

const SHARED = {
  when: ({ sharedFilesystem }: { readonly sharedFilesystem: boolean }) => sharedFilesystem,
};

const HOSTILE: readonly string[] = [
  '',
  ' ',
  '-n',
  '--',
  '$HOME',
  '`id`',
  '$(id)',
  '; rm -rf x',
  "it's",
  '"quoted"',
  'back\\slash\\',
  'line\nbreak',
  'tab\there',
  '*',
  '~',
  '!history',
  '{{ braces }}',
  '%s%n',
  'é😀',
  'x'.repeat(5000),
];

async function exitOf(
  bench: BackendBench,
  act: Act,
  more: Partial<JobSpec> = {},
): Promise<JobExit> {
  const backend = await bench.open();
  const job = bench.job(act, more);
  await bench.accept(backend, [job]);
  const [status] = await bench.ended(backend, [job]);
  ok(status?.exit !== undefined, 'an ended job has no exit');
  return status.exit;
}

async function nulEnded(path: string): Promise<readonly string[]> {
  return (await readFile(path, 'utf8')).split('\0').slice(0, -1);
}

async function commandLines(): Promise<string> {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')),
  );
  return lines.join('\n');
}

function failsWith(code: number): BackendCase {
  return {
    name: `ends a job that exits with ${code} as user-error with that code and a reason`,
    async run(bench) {
      const exit = await exitOf(bench, { do: 'exit', code });

      deepStrictEqual([exit.outcome, exit.code], ['user-error', code]);
      ok((exit.message ?? '') !== '', 'a failure says why');
    },
  };
}

/** Promises about how jobs are run and end. */
export const RUN_CASES: readonly BackendCase[] = [
  {
    name: 'ends a job that does its work as succeeded',
    async run(bench) {
      const before = Date.now();
      const exit = await exitOf(bench, { do: 'succeed' });

      deepStrictEqual([exit.outcome, exit.code], ['succeeded', 0]);
      ok(exit.endedAt === undefined || exit.endedAt > before - 3_600_000 || bench.options.pass);
    },
  },
  failsWith(1),
  failsWith(3),
  failsWith(125),
  {
    name: 'ends a job that dies by a signal of its own as user-error and names the signal',
    async run(bench) {
      const exit = await exitOf(bench, { do: 'abort' });

      strictEqual(exit.outcome, 'user-error');
      ok(exit.signal === 'SIGABRT' || exit.code === 134, 'neither signal nor its code is named');
      ok((exit.message ?? '') !== '', 'a failure says why');
    },
  },
  {
    name: 'rejects or fails a job whose program does not exist, and goes on with others',
    async run(bench) {
      const backend = await bench.open();
      const [bad, good] = [bench.job({ do: 'missing-program' }), bench.job({ do: 'succeed' })];
      const [first, second] = await backend.submit([bad, good]);
      const accepted = first?.outcome === 'accepted' ? [bad] : [];
      const statuses = await bench.ended(backend, [...accepted, good]);

      ok(first?.outcome === 'accepted' || first?.outcome === 'rejected');
      strictEqual(second?.outcome, 'accepted');
      deepStrictEqual(
        statuses.map(({ exit }) => exit?.outcome),
        [...accepted.map(() => 'user-error'), 'succeeded'],
      );
    },
  },
  {
    name: 'hands over arguments verbatim',
    ...SHARED,
    async run(bench) {
      const file = bench.path('arguments');
      const exit = await exitOf(bench, { do: 'show-arguments', values: HOSTILE, file });

      strictEqual(exit.outcome, 'succeeded');
      deepStrictEqual(await nulEnded(file), HOSTILE);
    },
  },
  {
    name: 'hands over the environment verbatim, beside what is there anyway',
    ...SHARED,
    async run(bench) {
      const file = bench.path('environment');
      const names = HOSTILE.map((_, n) => `CONTRACT_${n}`);
      const environment = Object.fromEntries(HOSTILE.map((value, n) => [`CONTRACT_${n}`, value]));
      const all = [...names, 'CONTRACT_MISSING'];
      await exitOf(bench, { do: 'show-environment', names: all, file }, { environment });

      deepStrictEqual(await nulEnded(file), [...HOSTILE, '<unset>']);
    },
  },
  {
    name: 'does not leak the environment of one job into another',
    ...SHARED,
    async run(bench) {
      const file = bench.path('environment');
      const environment = { CONTRACT_LEAK: 'leaked' };
      await exitOf(bench, { do: 'succeed' }, { environment });
      await exitOf(bench, { do: 'show-environment', names: ['CONTRACT_LEAK'], file });

      deepStrictEqual(await nulEnded(file), ['<unset>']);
    },
  },
  {
    name: 'keeps the environment out of argument lists and logs',
    ...SHARED,
    async run(bench) {
      const backend = await bench.open();
      const secret = `planted-${bench.key()}-${process.pid}-${performance.now()}`;
      const [started, until] = [bench.path('started'), bench.path('never')];
      const environment = { CONTRACT_SECRET: secret };
      const job = bench.job({ do: 'wait', started, until }, { environment });
      await bench.accept(backend, [job]);
      await bench.until('the job to start', async () =>
        (await bench.lines(started)).length > 0 ? true : undefined,
      );
      const seen = await commandLines();
      await backend.cancel([job.key]);
      await bench.ended(backend, [job]);

      ok(!seen.includes(secret), 'the secret stands in an argument list');
      const log = await readFile(job.logPath, 'utf8').catch(() => '');
      ok(!log.includes(secret), 'the secret stands in the log');
    },
  },
  {
    name: 'runs a job in its directory, whatever the directory is called',
    ...SHARED,
    async run(bench) {
      const directory = bench.path("a dir; with 'quotes' $HOME é");
      const file = bench.path('directory');
      await mkdir(directory);
      await exitOf(bench, { do: 'show-directory', file }, { directory });

      strictEqual((await readFile(file, 'utf8')).trimEnd(), await realpath(directory));
    },
  },
  {
    name: 'takes names with any characters',
    async run(bench) {
      const exit = await exitOf(bench, { do: 'succeed' }, { name: '../$(id) "x"\n😀;--' });

      strictEqual(exit.outcome, 'succeeded');
    },
  },
  {
    name: 'gives jobs an empty standard input',
    async run(bench) {
      strictEqual((await exitOf(bench, { do: 'read-input' })).outcome, 'succeeded');
    },
  },
  {
    name: 'runs shell texts so that the first failing command ends them',
    when: ({ work }) => work.includes('shell'),
    async run(bench) {
      const backend = await bench.open();
      const shell = (script: string, shell_: 'sh' | 'bash'): JobSpec => ({
        ...bench.job({ do: 'succeed' }),
        work: { kind: 'shell', script, shell: shell_ },
      });
      const jobs = [
        shell('true\nexit 4', 'sh'),
        shell('false\nexit 0', 'sh'),
        shell('echo "$CONTRACT_UNSET"\nexit 0', 'sh'),
        shell('set -- a "b c"; [ "$2" = "b c" ]', 'sh'),
      ];
      await bench.accept(backend, jobs);
      const statuses = await bench.ended(backend, jobs);

      deepStrictEqual(
        statuses.map(({ exit }) => exit?.outcome),
        ['user-error', 'user-error', 'user-error', 'succeeded'],
      );
      strictEqual(statuses[0]?.exit?.code, 4);
    },
  },
];
