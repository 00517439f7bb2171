import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobSpec, JobStatus } from '@orchestrate/core';
import { expect, it } from 'vitest';
import { ended, job, key, sh } from './jobs.ts';
import { openAt } from './local-place.ts';
import { linesOf, newPlace } from './place.ts';

async function run(place: string, spec: JobSpec): Promise<JobStatus | undefined> {
  await using backend = openAt(place);
  const [outcome] = await backend.submit([spec]);
  expect(outcome).toEqual({ key: spec.key, outcome: 'accepted' });
  const [status] = await ended(backend, [spec.key]);
  return status;
}

const command = (...argv: string[]) => ({ kind: 'command', argv }) as const;

it.each([
  [['true'], 0, ''],
  [['false'], 1, ''],
  [['echo', '-n', 'a b'], 0, 'a b'],
  [['test', '1', '=', '2'], 1, ''],
  [['printf', '%s', '$(id) `id` \\ \' " ~ * &'], 0, '$(id) `id` \\ \' " ~ * &'],
])('runs the program %j, not a builtin of a shell', async (argv, code, printed) => {
  const place = newPlace();

  const status = await run(place, job(place, 1, command(...argv)));

  expect(status?.exit?.code).toBe(code);
  expect(readFileSync(join(place, '1.log'), 'utf8')).toBe(printed);
});

it('hands over 100 KB in one argument, and says what is wrong with more than the system takes', async () => {
  const place = newPlace();

  const large = await run(
    place,
    job(place, 1, command('printf', '%s', `é'\n${'x'.repeat(100_000)}`)),
  );
  const huge = await run(place, job(place, 2, command('printf', '%s', 'x'.repeat(200_000))));

  expect(large?.exit?.outcome).toBe('succeeded');
  expect(readFileSync(join(place, '1.log'), 'utf8')).toHaveLength(100_003);
  expect(huge?.exit).toMatchObject({ outcome: 'user-error', code: 126 });
  expect(linesOf(join(place, '2.log')).join()).toMatch(/too long/);
});

it('runs a shell text of 300 KB, and keeps nothing of it afterwards', async () => {
  const place = newPlace();
  const script = `${'# a comment\n'.repeat(25_000)}echo end`;

  const status = await run(place, job(place, 1, sh(script)));

  expect(status?.exit?.outcome).toBe('succeeded');
  expect(linesOf(join(place, '1.log'))).toEqual(['end']);
});

it('finds programs along the PATH of the job, relative ones from its directory', async () => {
  const place = newPlace();
  writeFileSync(join(place, 'tool'), '#!/bin/sh\necho "tool $1"\n');
  chmodSync(join(place, 'tool'), 0o755);
  const environment = { PATH: `${place}:/usr/bin:/bin` };

  const named = await run(place, job(place, 1, command('tool', 'a'), { environment }));
  const relative = await run(place, job(place, 2, command('./tool', 'b')));

  expect([named?.exit?.outcome, relative?.exit?.outcome]).toEqual(['succeeded', 'succeeded']);
  expect([...linesOf(join(place, '1.log')), ...linesOf(join(place, '2.log'))]).toEqual([
    'tool a',
    'tool b',
  ]);
});

it.each(['/bin/sh', '/bin/bash'])(
  'tells programs the name they were called by, in the words of the project, with %s',
  async (shell) => {
    const place = newPlace();
    writeFileSync(join(place, 'tool'), '#!/bin/sh\necho "I am $0"\n');
    chmodSync(join(place, 'tool'), 0o755);
    const name = 'BASH_FUNC_ls%%';
    process.env[name] = '() { echo a function; }';
    try {
      await using backend = openAt(place, { shell });
      await backend.submit([
        job(place, 1, command('ls', 'gone')),
        job(place, 2, command('./tool')),
        job(place, 3, command('/bin/ls', 'gone')),
        job(place, 4, sh('no-such-program')),
      ]);
      await ended(backend, [1, 2, 3, 4].map(key));
    } finally {
      delete process.env[name];
    }

    const texts = [1, 2, 3, 4].map((number) => linesOf(join(place, `${number}.log`)).join());
    expect(texts).toEqual([
      expect.stringMatching(/^ls: cannot access/),
      'I am ./tool',
      expect.stringMatching(/^\/bin\/ls: cannot access/),
      expect.stringMatching(/^sh: .*no-such-program: not found/),
    ]);
  },
);

it('says what is wrong with a program, directory or log that cannot be used', async () => {
  const place = newPlace();
  writeFileSync(join(place, 'text'), 'no program');

  const missing = await run(place, job(place, 1, command('no-such-program')));
  const text = await run(place, job(place, 2, command('./text')));
  const nowhere = await run(place, job(place, 3, command('true'), { directory: `${place}/gone` }));
  const unlogged = await run(place, job(place, 4, command('true'), { logPath: `${place}/no/log` }));

  expect(missing?.exit).toMatchObject({
    outcome: 'user-error',
    code: 127,
    message: 'program not found in PATH: no-such-program',
  });
  expect(text?.exit).toMatchObject({ code: 126, message: './text is not an executable file' });
  expect(nowhere?.exit?.message).toContain(`no working directory ${place}/gone`);
  expect(unlogged?.exit?.message).toContain(`log file cannot be written: ${place}/no/log`);
});

it.each([
  [{ environment: { 'A B': 'x' } }, /environment variable "A B"/],
  [{ environment: { UID: '1' } }, /UID belongs to the shell/],
  [{ environment: { A: 'x\0y' } }, /NUL/],
  [{ resources: { cpus: 99 } }, /99 cpus/],
  [{ resources: { memoryBytes: 1e18 } }, /bytes of memory/],
  [{ resources: { gpus: 64 } }, /64 gpus/],
  [{ work: command('true', 'a\0b') }, /NUL/],
  [{ directory: 'relative' }, /absolute path/],
])('rejects %j, and says why', async (more, reason) => {
  const place = newPlace();
  await using backend = openAt(place);

  const [outcome] = await backend.submit([{ ...job(place, 1, command('true')), ...more }]);

  expect(outcome).toMatchObject({ outcome: 'rejected', reason: expect.stringMatching(reason) });
  expect(await backend.observe([key(1)])).toMatchObject([{ state: 'absent' }]);
});

it.each(['/bin/sh', '/bin/bash'])(
  'keeps the environment out of the log of a job that dies, with %s',
  async (shell) => {
    const place = newPlace();
    await using backend = openAt(place, { shell });
    const environment = { TOKEN: 'planted-secret' };
    await backend.submit([
      job(place, 1, command('sh', '-c', 'echo "$TOKEN" | wc -c; kill -ABRT $$'), { environment }),
      job(place, 2, command('sh', '-c', 'sleep 600'), {
        environment,
        resources: { timeSeconds: 0.2 },
      }),
      job(place, 3, command('true'), { logPath: `${place}/no/log` }),
    ]);
    const statuses = await ended(backend, [key(1), key(2), key(3)]);

    expect(statuses.map(({ exit }) => exit?.outcome)).toEqual([
      'user-error',
      'timeout',
      'user-error',
    ]);
    expect(statuses[0]?.exit?.signal).toBe('SIGABRT');
    expect(statuses[2]?.exit?.message).toContain('log file cannot be written');
    expect(linesOf(join(place, '1.log'))[0]).toBe('15');
    expect([1, 2].flatMap((n) => linesOf(join(place, `${n}.log`))).join()).not.toContain('planted');
  },
);

it('says that it has a job already, and refuses its key to another one', async () => {
  const place = newPlace();
  const first = job(place, 1, command('true'));
  await run(place, first);
  await using backend = openAt(place);

  const outcomes = await backend.submit([
    { ...first, logPath: `/moved${first.logPath}` },
    { ...first, logPath: join(place, 'of another task.log') },
  ]);

  expect(outcomes).toEqual([
    { key: key(1), outcome: 'accepted', known: true },
    { key: key(1), outcome: 'rejected', failure: 'lost', reason: expect.stringContaining(key(1)) },
  ]);
});
