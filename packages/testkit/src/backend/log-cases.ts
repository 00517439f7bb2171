import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { rejection, rejectsWith, textOf } from '../expectations.ts';
import type { BackendCase } from './backend-bench.ts';

/** Promises about logs. */
export const LOG_CASES: readonly BackendCase[] = [
  {
    name: 'keeps all that a job printed, both streams, in the order written',
    async run(bench) {
      const backend = await bench.open();
      const job = bench.job({ do: 'print', out: 'out', errors: 'error', times: 300 });
      await bench.accept(backend, [job]);
      await bench.ended(backend, [job]);
      const log = await textOf(backend.logs(job.key));

      const expected = Array.from({ length: 300 }, (_, n) => `out ${n + 1}\nerror ${n + 1}\n`);
      strictEqual(log, expected.join(''));
    },
  },
  {
    name: 'has the log at its path on the leader once the job has ended',
    when: ({ sharedFilesystem }) => sharedFilesystem,
    async run(bench) {
      const backend = await bench.open();
      const job = bench.job({ do: 'print', out: 'ünï', times: 20_000 });
      await bench.accept(backend, [job]);
      await bench.ended(backend, [job]);
      const file = await readFile(job.logPath, 'utf8');

      strictEqual(file.split('\n').length, 20_001);
      strictEqual(await textOf(backend.logs(job.key)), file);
    },
  },
  {
    name: 'keeps the logs of jobs apart, and has an empty one for a silent job',
    async run(bench) {
      const backend = await bench.open();
      const jobs = [
        bench.job({ do: 'print', out: 'a', times: 3 }),
        bench.job({ do: 'succeed' }),
        bench.job({ do: 'print', out: 'b', times: 2 }),
      ];
      await bench.accept(backend, jobs);
      await bench.ended(backend, jobs);
      const logs = await Promise.all(jobs.map(({ key }) => textOf(backend.logs(key))));

      deepStrictEqual(logs, ['a 1\na 2\na 3\n', '', 'b 1\nb 2\n']);
    },
  },
  {
    name: 'follows a log while the job runs, and comes to an end with it',
    when: ({ sharedFilesystem }) => sharedFilesystem,
    async run(bench) {
      const backend = await bench.open();
      const until = bench.path('until');
      const job = bench.job({ do: 'print-around', first: 'first', until, second: 'second' });
      await bench.accept(backend, [job]);
      let seen = '';
      const following = (async () => {
        for await (const piece of backend.logs(job.key, { follow: true }))
          seen += new TextDecoder().decode(piece);
      })();
      await bench.until('the first line', async () => (seen === 'first\n' ? true : undefined));
      strictEqual(await textOf(backend.logs(job.key)), 'first\n');
      await writeFile(until, '');
      await bench.ended(backend, [job]);
      let over = false;
      const end = following.then(() => {
        over = true;
      });
      await bench.until('the log to end', async () => (over ? true : undefined));
      await end;

      strictEqual(seen, 'first\nsecond\n');
    },
  },
  {
    name: 'stops following when the signal aborts',
    async run(bench) {
      const backend = await bench.open();
      const job = bench.job({ do: 'sleep' });
      await bench.accept(backend, [job]);
      await bench.reaches(backend, job, 'running');
      const stop = new AbortController();
      const reason = new Error('enough');
      let error: unknown;
      const following = rejection(
        textOf(backend.logs(job.key, { follow: true, signal: stop.signal })),
      ).then((got) => {
        error = got;
      });
      stop.abort(reason);
      await bench.until('the following to stop', async () =>
        error === undefined ? undefined : true,
      );
      await following;

      ok(error === reason, 'it did not stop with the reason of the signal');
    },
  },
  {
    name: 'has no log of a key without a trace: BACKEND_JOB_UNKNOWN',
    async run(bench) {
      const backend = await bench.open();

      await rejectsWith(textOf(backend.logs(bench.key())), 'BACKEND_JOB_UNKNOWN');
      await rejectsWith(textOf(backend.logs(bench.key(), { follow: true })), 'BACKEND_JOB_UNKNOWN');
    },
  },
];
