import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobKey, JobSpec } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, batch, ends, goes, lines, root, until } from '../test/batch-bench.ts';
import { jobProblem, jobScript } from './job-script.ts';

const WAITS = 'echo "$BASHPID" >>ran; exec sleep 60\n';

describe('a batch under bash', () => {
  it('runs its jobs one after another and tells how each ended', async () => {
    const before = Date.now();
    batch(['exit 0\n', 'exit 3\n', 'kill -s SEGV $BASHPID\n', 'exec no-such-program-here\n']);

    expect(await allocate(7).end).toBe(0);

    expect(ends().map(({ code }) => code)).toEqual([0, 3, 139, 127]);
    for (const { startedAt, endedAt, restart, signal } of ends()) {
      expect(startedAt).toBeGreaterThanOrEqual(before - 1000);
      expect(endedAt).toBeGreaterThanOrEqual(startedAt);
      expect([restart, signal]).toEqual([0, undefined]);
    }
    expect(readFileSync(join(root, 's', '0'), 'utf8')).toMatch(/^7_0 0 /);
  });

  it('gives each task of an array its own jobs', async () => {
    batch(['echo 0 >>ran', 'echo 1 >>ran', 'echo 2 >>ran'], { perAllocation: 2 });

    await allocate(8, { SLURM_ARRAY_JOB_ID: '8', SLURM_ARRAY_TASK_ID: '1' }).end;

    expect(lines('ran')).toEqual(['2']);
    expect(ends().map(({ index }) => index)).toEqual([2]);
  });

  it('runs every job once although it was submitted three times', async () => {
    batch(Array.from({ length: 30 }, (_, n) => `echo ${n} >>ran\n`));

    await Promise.all([7, 8, 9].map((id) => allocate(id).end));

    expect(lines('ran').sort()).toEqual(Array.from({ length: 30 }, (_, n) => String(n)).sort());
    expect(ends()).toHaveLength(30);
  });

  it('does nothing in a folder that was made anew for another submission', async () => {
    batch(['echo >>ran\n']);
    writeFileSync(join(root, 'stamp'), '2\n');

    expect(await allocate(7).end).toBe(1);
    expect([existsSync(join(root, 'ran')), readdirSync(join(root, 's'))]).toEqual([false, []]);
  });

  it('hands SIGTERM on, and tells that it did with the code of the job', async () => {
    batch([
      `trap 'echo saved >>ran; exit 5' TERM; echo up >>ran; while :; do sleep 0.05; done\n`,
      'echo next >>ran\n',
    ]);
    const { process: script, end } = allocate(7);
    await until(() => lines('ran').length === 1);

    script.kill('SIGTERM');

    expect(await end).toBe(0);
    expect(lines('ran')).toEqual(['up', 'saved']);
    expect(ends()).toMatchObject([{ index: 0, code: 5, signal: 'TERM' }]);
  });

  it('ends a job that takes no notice after the grace', async () => {
    batch([`trap '' TERM; echo up >>ran; while :; do sleep 0.05; done\n`]);
    const { process: script, end } = allocate(7);
    await until(() => lines('ran').length === 1);

    script.kill('SIGTERM');

    await end;
    expect(ends()).toMatchObject([{ code: 137, signal: 'TERM' }]);
  });

  it('hands other signals on and lets the job go on', async () => {
    batch([
      `trap 'echo hint >>ran; exit 0' USR1; echo up >>ran; while :; do sleep 0.05; done\n`,
      'echo next >>ran',
    ]);
    const { process: script, end } = allocate(7);
    await until(() => lines('ran').length === 1);

    script.kill('SIGUSR1');

    await end;
    expect(lines('ran')).toEqual(['up', 'hint', 'next']);
    expect(ends()).toMatchObject([{ code: 0, signal: 'USR1' }, { code: 0 }]);
    expect(ends()[1]).not.toHaveProperty('signal');
  });

  it('hands signals to all jobs that run side by side', async () => {
    const job = `trap 'echo hint >>ran; exit 0' USR2; echo up >>ran; while :; do sleep 0.05; done\n`;
    batch([job, job, job], { lanes: 3 });
    const { process: script, end } = allocate(7);
    await until(() => lines('ran').length === 3);

    script.kill('SIGUSR2');

    expect(await end).toBe(0);
    expect(lines('ran').filter((line) => line === 'hint')).toHaveLength(3);
  });

  it('goes on with what was interrupted when SLURM starts it again, and with nothing else', async () => {
    batch([
      'echo first >>ran\n',
      'echo second >>ran; [ -e again ] || { touch up; exec sleep 60; }\n',
      'echo third >>ran\n',
    ]);
    const first = allocate(7);
    await until(() => existsSync(join(root, 'up')));
    first.process.kill('SIGTERM');
    await first.end;
    writeFileSync(join(root, 'again'), '');

    await allocate(8).end; // a twin that was submitted by mistake may run what nobody has, only
    await allocate(7, { SLURM_RESTART_COUNT: '1' }).end;
    await allocate(7, { SLURM_RESTART_COUNT: '2' }).end;

    expect(lines('ran')).toEqual(['first', 'second', 'third', 'second']);
    expect(ends()).toMatchObject([
      { index: 0, restart: 0, code: 0 },
      { index: 1, restart: 0, signal: 'TERM' },
      { index: 1, restart: 1, code: 0 },
      { index: 2, restart: 0, code: 0 },
    ]);
  });

  it('starts what a dead node left behind once, however many run side by side', async () => {
    const count = 12;
    batch(
      Array.from({ length: count }, (_, n) => `echo ${n} >>ran\n`),
      { lanes: 6 },
    );
    // What is left when a node dies: claims without an end.
    for (let n = 0; n < count; n += 1) writeFileSync(join(root, 's', String(n)), '7_0 0 p1\n');

    await allocate(7, { SLURM_RESTART_COUNT: '1' }).end;

    expect(lines('ran').sort()).toEqual(Array.from({ length: count }, (_, n) => String(n)).sort());
  });

  it('ends a job at its limit of time and goes on with the next', async () => {
    batch([WAITS, 'exit 0\n'], { timeSeconds: 0.5 });

    await allocate(7).end;

    expect(ends()).toMatchObject([{ code: 143, signal: 'TIME' }, { code: 0 }]);
    expect(ends()[1]).not.toHaveProperty('signal');
  });

  it('passes over a job that was cancelled, and ends one that runs', async () => {
    batch([WAITS, WAITS, 'exit 0\n']);
    writeFileSync(join(root, 'c', '1'), '');
    const { end } = allocate(7);
    await until(() => lines('ran').length === 1);
    writeFileSync(join(root, 'c', '0'), '');

    await end;
    expect(lines('ran')).toHaveLength(1);
    expect(ends()).toMatchObject([{ signal: 'CANCEL' }, { signal: 'CANCEL' }, { code: 0 }]);
  });

  it('runs as many side by side as there are lanes', async () => {
    const meet = (mine: string, other: string) =>
      `touch ${mine}; until [ -e ${other} ]; do sleep 0.02; done\n`;
    batch([meet('a', 'b'), meet('b', 'a'), 'exit 0\n'], { lanes: 2 });

    expect(await allocate(7).end).toBe(0);
    expect(ends().map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it('leaves nothing running of a job that ended', async () => {
    batch([
      `( trap '' TERM; echo $BASHPID >ran; exec sleep 60 ) & while [ ! -s ran ]; do sleep 0.02; done\n`,
    ]);

    await allocate(7).end;

    expect(await goes(Number(lines('ran')[0]))).toBe(true);
  });

  it('runs the setup once, wherever that goes, and jobs see what it set', async () => {
    batch(['echo "$MODULE" >>ran\n', 'echo "$MODULE" >>ran\n'], {
      setup: 'cd /; export MODULE="netcdf $((++n))"',
    });

    await allocate(7).end;

    expect(lines('ran')).toEqual(['netcdf 1', 'netcdf 1']);
  });

  it('knows the time also where bash is old', async () => {
    batch(['exit 0\n'], { setup: 'unset EPOCHREALTIME' });

    await allocate(7).end;

    const [end] = ends();
    expect(Math.abs((end?.endedAt ?? 0) - Date.now())).toBeLessThan(10_000);
    expect((end?.startedAt ?? 1) % 1000).toBe(0);
  });

  it('uses nothing that bash 4.2 does not know', () => {
    batch(['exit 0\n'], { lanes: 2, timeSeconds: 5 });
    const text = readFileSync(join(root, 'batch.sh'), 'utf8');

    // Transformations (4.4, 5.1), namerefs (4.3), wait -n and -p, negative subscripts, mapfile -d, local -.
    expect(text).not.toMatch(
      /\$\{\w+@[A-Za-z]\}|(?:declare|local) -n|wait -[np]|\[-[0-9]+\]|mapfile -d|local -$|EPOCHSECONDS|SRANDOM/m,
    );
  });
});

const spec = (more: Partial<JobSpec>): JobSpec => ({
  key: 'k-1' as JobKey,
  name: 'grow',
  work: { kind: 'shell', shell: 'bash', script: 'true' },
  directory: root,
  environment: {},
  resources: {},
  logPath: join(root, 'log'),
  ...more,
});

function textOf(job: JobSpec): { text: string; extra?: string } {
  const place = {
    directory: job.directory,
    log: job.logPath,
    pack: join(root, 'packs', '0.json'),
    result: join(root, 'r', '0.json'),
    script: join(root, 'packs', '0.sh'),
    project: root,
    folders: [],
    textOf: (text: string) => text,
  };
  return jobScript(job, place, { node: process.execPath, args: [] });
}

const HOSTILE = `it's "$(touch hacked)" \`touch hacked\` $HOME \\ ; touch hacked & | > < * ? [a] {b,c} ~ ! # é\n\t%s -n`;

describe('a job in a batch', () => {
  it('sees hostile values, folders, logs and arguments as they are', async () => {
    const directory = join(root, `dir ${HOSTILE}`.replaceAll('/', '-').slice(0, 120));
    mkdirSync(directory);
    const job = spec({
      work: {
        kind: 'command',
        argv: [
          'node',
          '-e',
          'console.log(JSON.stringify([process.cwd(), process.argv[1], process.env.VALUE]))',
          HOSTILE,
        ],
      },
      directory,
      environment: { VALUE: HOSTILE, PATH: process.env['PATH'] ?? '' },
      logPath: join(directory, "lo'g $(x)"),
    });
    batch([textOf(job).text]);

    await allocate(7).end;

    expect(ends()).toMatchObject([{ code: 0 }]);
    expect(JSON.parse(readFileSync(job.logPath, 'utf8'))).toEqual([directory, HOSTILE, HOSTILE]);
    expect(readdirSync(root).concat(readdirSync(directory))).not.toContain('hacked');
  });

  it('sees any value of its environment as it is', async () => {
    const values = fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), {
      numRuns: 40,
      seed: 1,
    });
    const usable = values.filter((value) => !value.includes('\0') && value.isWellFormed());
    const environment = Object.fromEntries(usable.map((value, n) => [`V${n}`, value]));
    const argv = ['node', '-e', 'console.log(JSON.stringify(process.env))'];
    const job = spec({
      work: { kind: 'command', argv },
      environment: { ...environment, PATH: process.env['PATH'] ?? '' },
    });
    batch([textOf(job).text]);

    await allocate(7).end;

    expect(JSON.parse(readFileSync(job.logPath, 'utf8'))).toMatchObject(environment);
  });

  it('runs a shell text that is too long for an argument', async () => {
    const script = `# ${'x'.repeat(200_000)}\necho done\n`;
    const job = spec({ work: { kind: 'shell', shell: 'sh', script } });
    const { text, extra } = textOf(job);
    batch([text]);
    writeFileSync(join(root, 'packs', '0.sh'), extra ?? '');

    await allocate(7).end;

    expect(readFileSync(job.logPath, 'utf8')).toBe('done\n');
  });

  it('fails with a code of its own where its folder or its log is missing', async () => {
    batch([
      textOf(spec({ directory: join(root, 'nowhere') })).text,
      textOf(spec({ logPath: join(root, 'nowhere', 'log') })).text,
    ]);

    await allocate(7).end;

    expect(ends().map(({ code }) => code)).toEqual([125, 125]);
  });

  it.each([
    [{ environment: { 'a b': 'x' } }, /environment variable "a b"/],
    [{ environment: { UID: '0' } }, /belongs to the shell/],
    [{ environment: { A: 'x\0y' } }, /NUL/],
    [{ directory: 'relative' }, /absolute path/],
    [{ image: 'docker://x' }, /image/],
    [{ work: { kind: 'command', argv: [] } }, /empty/],
    [{ work: { kind: 'command', argv: ['a\0b'] } }, /NUL/],
  ] as const)('%o is refused before anything is submitted', (more, problem) => {
    expect(jobProblem(spec(more))).toMatch(problem);
  });
});
