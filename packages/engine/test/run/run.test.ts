import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobKey, JobStatus, TaskSpec } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { lead } from '../../src/drive/lead-run.ts';
import {
  cancelRun,
  planOf,
  resumeRun,
  retryRun,
  startRun,
  takeSeat,
} from '../../src/drive/start-run.ts';
import { openHistory } from '../../src/views/history.ts';
import { chain, copier, finished, PROGRAMS, run, write, writer } from '../support/chain.ts';
import { DiskStorage } from '../support/disk-storage.ts';
import { type Program, ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, referencesTo, requestFor, setOf } from '../support/project.ts';

describe('a run', () => {
  it('runs tasks in order, publishes their outputs and leaves nothing aside', async () => {
    using folder = new ProjectFolder();

    const { summary, names } = await run(folder, chain());

    expect(summary).toMatchObject({ outcome: 'succeeded', failedTasks: 0, liveJobs: 0 });
    expect(names.slice(0, 2).sort()).toEqual(['flow.make/a', 'flow.make/b']);
    expect(readFileSync(join(folder.path, 'out/b2.txt'), 'utf8')).toBe('text!');
    expect(existsSync(join(folder.path, '.orchestrate/stage', summary.run))).toBe(false);
  });

  it('fails a task whose output is missing, empty, or a link, and publishes nothing of it', async () => {
    using folder = new ProjectFolder();
    const link: Program = (_job, [path = '']) => symlinkSync('/etc/hostname', path);
    const empty: Program = (_job, [path = '']) => writeFileSync(path, '');
    const backend = new ProgramBackend({ ...PROGRAMS, link, empty });
    const specs = ['nothing', 'empty', 'link'].map(
      (program): TaskSpec => ({
        ...writer(program),
        work: { kind: 'command', argv: [program, '{{ outputs.file }}'] },
      }),
    );

    const { summary } = await run(
      folder,
      [setOf('flow.bad', specs, { hasInputs: false })],
      backend,
    );

    expect(summary.outcome).toBe('failed');
    expect(summary.failures.map(({ failure, message }) => [failure, message])).toEqual([
      ['user-error', expect.stringContaining('was not written')],
      ['user-error', expect.stringContaining('is empty')],
      ['user-error', expect.stringContaining('is a symbolic link')],
    ]);
    expect(existsSync(join(folder.path, 'out'))).toBe(false);
  });

  it.each(['local:../out.txt', 'local:/etc/out.txt', 'nowhere:x', 'local:a/../../b'])(
    'refuses the output %s before anything is submitted',
    async (address) => {
      using folder = new ProjectFolder();
      const spec: TaskSpec = { ...writer('x'), outputs: [{ name: 'file', address }] };

      const { summary, names } = await run(folder, [
        setOf('flow.out', [spec], { hasInputs: false }),
      ]);

      expect(summary).toMatchObject({ outcome: 'failed', failedTasks: 1 });
      expect(names).toEqual([]);
    },
  );

  it('refuses an input that a link leads out of the project', async () => {
    using folder = new ProjectFolder();
    using outside = new ProjectFolder();
    writeFileSync(join(outside.path, 'in.txt'), 'secret of others');
    symlinkSync(outside.path, join(folder.path, 'data'));
    const spec = copier('local:data/in.txt', 'local:out.txt');

    const { summary, names } = await run(folder, [setOf('flow.read', [spec])]);

    expect(summary.failures[0]?.message).toContain('symbolic link');
    expect(names).toEqual([]);
  });

  it('skips what needs a failed task, and names the first cause', async () => {
    using folder = new ProjectFolder();
    const bad: TaskSpec = { work: { kind: 'command', argv: ['fail'] } };
    const sets = [
      setOf('flow.bad', [bad], { hasInputs: false, hasOutputs: false }),
      setOf('flow.next', [{ work: { kind: 'command', argv: ['nothing'] } }], {
        hasInputs: false,
        hasOutputs: false,
        needs: [{ set: 'flow.bad', how: 'all' }],
      }),
    ];

    const { summary } = await run(folder, sets);

    expect(summary).toMatchObject({ outcome: 'failed', failedTasks: 1, skippedTasks: 1 });
    using history = openHistory(folder.path);
    expect(history.explain('flow.next').summary).toContain(
      'flow.bad did not finish (user-error: it broke)',
    );
    expect(history.view()).toMatchObject({ outcome: 'failed', counts: { failed: 1, skipped: 1 } });
  });

  it('keeps secrets out of logs, journal and messages', async () => {
    using folder = new ProjectFolder();
    const references = referencesTo({ TOKEN: 'open-sesame' });
    const leak: Program = (job, _words, print) => {
      print(`token is ${job.environment['TOKEN']}\n`);
      throw new Error(`bad token ${job.environment['TOKEN']}`);
    };
    const backend = new ProgramBackend({ leak });
    const spec: TaskSpec = {
      work: { kind: 'command', argv: ['leak'] },
      environment: { TOKEN: '${secret:TOKEN}' },
    };
    const set = setOf('flow.leak', [spec], { hasInputs: false, hasOutputs: false });

    const summary = await finished(requestFor(folder, [set], { backend, references }));

    expect(backend.submitted[0]?.environment['TOKEN']).toBe('open-sesame');
    expect(summary.failures[0]?.message).toBe('bad token ***');
    expect(readFileSync(summary.failures[0]?.logPath ?? '', 'utf8')).toBe('token is ***\n');
    const journal = readFileSync(join(folder.path, '.orchestrate/journal.db'));
    expect(journal.includes('open-sesame')).toBe(false);
  });

  it('refuses a secret outside of the environment', async () => {
    using folder = new ProjectFolder();
    const spec: TaskSpec = { work: { kind: 'command', argv: ['nothing', '${secret:TOKEN}'] } };

    const { summary, names } = await run(folder, [
      setOf('flow.bad', [spec], { hasInputs: false, hasOutputs: false }),
    ]);

    expect(summary.failures[0]?.message).toContain('environment');
    expect(names).toEqual([]);
  });
});

describe('an interrupted run', () => {
  it('is gone on with by adopting its jobs', async () => {
    using folder = new ProjectFolder();
    const known = new Map<JobKey, JobStatus>();
    const first = new ProgramBackend(PROGRAMS, known);
    first.isOpen = false;
    const handle = await startRun(requestFor(folder, chain(), { backend: first }));
    await expect.poll(() => first.submitted.length).toBe(2);
    handle.ask('detach');
    expect(await handle.done).toMatchObject({ outcome: 'stopped', liveJobs: 2 });
    first.release();

    const second = new ProgramBackend(PROGRAMS, known);
    const resumed = await startRun(requestFor(folder, chain(), { backend: second }));
    const summary = await resumed.done;

    expect(resumed).toMatchObject({ id: handle.id, continued: true });
    expect(summary.outcome).toBe('succeeded');
    expect(second.submitted.map(({ name }) => name).sort()).toEqual(['flow.copy/a', 'flow.copy/b']);
  });

  it('refuses to go on when the project now makes other tasks', async () => {
    using folder = new ProjectFolder();
    const backend = new ProgramBackend(PROGRAMS);
    backend.isOpen = false;
    const handle = await startRun(requestFor(folder, chain(), { backend }));
    await expect.poll(() => backend.submitted.length).toBe(2);
    handle.ask('detach');
    await handle.done;

    const again = startRun(requestFor(folder, chain('other'), { backend }));

    await expect(again).rejects.toMatchObject({ code: 'RUN_UNFINISHED' });
  });

  it('is given up on request: its jobs are ended before a new run begins', async () => {
    using folder = new ProjectFolder();
    const known = new Map<JobKey, JobStatus>();
    const first = new ProgramBackend(PROGRAMS, known);
    first.isOpen = false;
    const handle = await startRun(requestFor(folder, chain(), { backend: first }));
    await expect.poll(() => first.submitted.length).toBe(2);
    handle.ask('detach');
    await handle.done;
    const request = requestFor(folder, chain('other'), {
      backend: new ProgramBackend(PROGRAMS, known),
    });

    const summary = await finished({ ...request, options: { abandon: true } });

    expect(summary).toMatchObject({ outcome: 'succeeded' });
    expect(summary.run).not.toBe(handle.id);
    expect(first.submitted.map(({ key }) => known.get(key)?.exit?.outcome)).toEqual([
      'cancelled',
      'cancelled',
    ]);
  });

  it('lets nobody else lead meanwhile', async () => {
    using folder = new ProjectFolder();
    const backend = new ProgramBackend(PROGRAMS);
    backend.isOpen = false;
    const handle = await startRun(requestFor(folder, chain(), { backend }));
    await expect.poll(() => backend.submitted.length).toBe(2);

    const second = startRun(requestFor(folder, chain(), { backend }));

    await expect(second).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    expect(await cancelRun(requestFor(folder, chain(), { backend }))).toEqual({ asked: handle.id });
    expect((await handle.done).outcome).toBe('cancelled');
  });

  it('can be cancelled when nobody leads it', async () => {
    using folder = new ProjectFolder();
    const backend = new ProgramBackend(PROGRAMS);
    backend.isOpen = false;
    const handle = await startRun(requestFor(folder, chain(), { backend }));
    await expect.poll(() => backend.submitted.length).toBe(2);
    handle.ask('detach');
    await handle.done;

    const cancelled = await cancelRun(requestFor(folder, chain(), { backend }));

    expect(cancelled).toMatchObject({ summary: { outcome: 'cancelled', liveJobs: 0 } });
    await expect(resumeRun(requestFor(folder, chain(), { backend }))).rejects.toMatchObject({
      code: 'RUN_FINISHED',
    });
  });

  it('stops cleanly when the journal has no room, and is finished later without repeating anything', async () => {
    using folder = new ProjectFolder();
    const backend = new ProgramBackend(PROGRAMS);
    const specs = Array.from({ length: 400 }, (_, index) => writer(`${index}`));
    const sets = [setOf('flow.make', specs, { hasInputs: false })];
    const request = requestFor(folder, sets, { backend });
    const seat = takeSeat(request);
    const pages = Number(seat.journal.db.prepare('PRAGMA page_count').get()?.['page_count']);
    seat.journal.db.exec(`PRAGMA max_page_count=${pages + 4}`);

    const handle = await lead(request, await planOf(request), seat, {
      id: 'abcd1234' as never,
      isNew: true,
    });
    const stopped = await handle.done;
    const resumed = await finished(request);

    expect(stopped.outcome).toBe('stopped');
    expect(stopped.reason).toContain('JOURNAL_UNWRITABLE');
    expect(resumed).toMatchObject({ run: 'abcd1234', outcome: 'succeeded' });
    expect(new Set(backend.submitted.map(({ key }) => key)).size).toBe(backend.submitted.length);
    expect(backend.submitted).toHaveLength(400);
  });

  it('gives a failed task new attempts on request and uses the rest again', async () => {
    using folder = new ProjectFolder();
    let isBroken = true;
    const moody: Program = (job, words, print) => {
      if (isBroken) throw new Error('not today');
      write(job, words, print);
    };
    const specs = [
      writer('good'),
      {
        ...writer('moody'),
        work: { kind: 'command', argv: ['moody', '{{ outputs.file }}'] },
      } as const,
    ];
    const sets = [setOf('flow.make', specs, { labels: ['good', 'moody'], hasInputs: false })];
    await run(folder, sets, new ProgramBackend({ write, moody }));
    isBroken = false;
    const backend = new ProgramBackend({ write, moody });

    const summary = await (await retryRun(requestFor(folder, sets, { backend }))).done;

    expect(summary.outcome).toBe('succeeded');
    expect(backend.submitted.map(({ name }) => name)).toEqual(['flow.make/moody']);
  });
});

describe('publishing', () => {
  it('is not a failure of the task when the disk is full', async () => {
    using folder = new ProjectFolder();
    const storage = new DiskStorage(folder.path);
    let isFull = true;
    storage.beforePut = () => {
      if (!isFull) return;
      isFull = false;
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    mkdirSync(join(folder.path, 'out'));
    const backend = new ProgramBackend(PROGRAMS);
    const retry = {
      attempts: 1,
      on: [],
      delay: { seconds: 0.01, factor: 1, maxSeconds: 0.01, jitter: 0 },
    };
    const sets = [setOf('flow.make', [writer('a')], { hasInputs: false, retry })];

    const summary = await finished(
      requestFor(folder, sets, { backend, storages: new Map([['local', storage]]) }),
    );

    expect(summary.outcome).toBe('succeeded');
    expect(readFileSync(join(folder.path, 'out/a.txt'), 'utf8')).toBe('text');
    expect(backend.submitted).toHaveLength(1);
  });
});
