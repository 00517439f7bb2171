import type { TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import type { RunOptions, RunSummary } from '../../src/drive/run-types.ts';
import { resumeRun, retryRun, startRun } from '../../src/drive/start-run.ts';
import { PROGRAMS, writer } from '../support/chain.ts';
import { ensemble, lone } from '../support/ensemble.ts';
import { type Program, ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

/** Runs members of an ensemble and tells what was submitted. */
async function runMembers(
  folder: ProjectFolder,
  sets: readonly TaskSet[],
  options: RunOptions,
  programs: Readonly<Record<string, Program>> = PROGRAMS,
): Promise<{ readonly names: string[]; readonly summary: RunSummary }> {
  const backend = new ProgramBackend(programs);
  const request = { ...requestFor(folder, sets, { backend }), options };
  const summary = await (await startRun(request)).done;
  return { summary, names: backend.submitted.map(({ name }) => name) };
}

describe('a run of some members', () => {
  const sets = ensemble('flow');

  it('leaves the rest to a later run of all, which does nothing twice', async () => {
    using folder = new ProjectFolder();
    const first = await runMembers(folder, sets, { members: { only: ['1', '3'] } });
    const second = await runMembers(folder, sets, { members: { where: ['ice=true'] } });

    const whole = await runMembers(folder, sets, {});
    const again = await runMembers(folder, sets, { members: { only: ['0-3'] } });

    expect(first.names.toSorted()).toEqual([
      'flow.before',
      'flow.check/depth=200.0',
      'flow.check/depth=400.0',
      'flow.job/depth=200.0',
      'flow.job/depth=400.0',
    ]);
    expect(second.names).toHaveLength(4);
    expect(whole.names).toEqual(['flow.after']);
    expect(again.names).toEqual(['flow.after']);
  });

  it('is remembered however many such runs there were', async () => {
    using folder = new ProjectFolder();
    const labels = Array.from({ length: 9 }, (_, index) => `m=${index}a`);
    const many = ensemble('flow', { labels });
    for (const label of labels) await runMembers(folder, many, { members: { only: [label] } });

    const whole = await runMembers(folder, many, {});

    expect(whole.names).toEqual(['flow.after']);
  });

  it('takes those that failed in the last run', async () => {
    using folder = new ProjectFolder();
    const failing = ensemble('flow', { verb: 'picky' });
    const refuse: Program = (_job, [label = '']) => {
      if (/[24]00/.test(label)) throw new Error('it broke');
    };
    await runMembers(folder, failing, {}, { ...PROGRAMS, picky: refuse });

    const failed = await runMembers(
      folder,
      failing,
      { members: { failed: true } },
      {
        ...PROGRAMS,
        picky: () => undefined,
      },
    );
    const none = runMembers(folder, failing, { members: { failed: true } });

    expect(failed.names.toSorted()).toEqual(['flow.check/depth=200.0', 'flow.check/depth=400.0']);
    await expect(none).rejects.toMatchObject({ code: 'MEMBER_NONE' });
  });

  it('is gone on with, and tried again, as what it was', async () => {
    using folder = new ProjectFolder();
    const failing = ensemble('flow', { verb: 'picky' });
    const programs = {
      ...PROGRAMS,
      picky: () => {
        throw new Error('it broke');
      },
    };
    const known = new Map();
    const first = new ProgramBackend(programs, known);
    first.isOpen = false;
    const options = { members: { only: ['2'] } };
    const handle = await startRun({ ...requestFor(folder, failing, { backend: first }), options });
    await expect.poll(() => first.submitted.length).toBe(1);
    handle.ask('detach');
    await handle.done;
    const second = new ProgramBackend(programs, known);

    first.release();
    const resumed = await resumeRun(requestFor(folder, failing, { backend: second }));
    const ended = await resumed.done;
    const third = new ProgramBackend({ ...PROGRAMS, picky: () => undefined });
    const retried = await retryRun(requestFor(folder, failing, { backend: third }));
    const last = await retried.done;

    expect(ended.sets.map(({ name, total }) => [name, total])).toEqual([
      ['flow.before', 1],
      ['flow.job', 1],
      ['flow.check', 1],
    ]);
    expect(ended.outcome).toBe('failed');
    expect(last.outcome).toBe('succeeded');
    expect(third.submitted.map(({ name }) => name)).toEqual(['flow.check/depth=300.0']);
  });

  it('goes through the cycles of a batch that repeats', async () => {
    using folder = new ProjectFolder();
    const cycle = (number: number, members: readonly string[]): TaskSet[] => {
      const name = `flow.west.cycle-${number}`;
      const specs = members.map((label) => writer(`${label}-${number}`));
      return [
        setOf(`${name}.job`, specs, { labels: members, group: { name }, hasInputs: false }),
        lone(`${name}.gate`, [{ set: `${name}.job`, how: 'all', after: 'end' }]),
        {
          ...lone(`flow.west.cycle-${number + 1}`, [
            { set: `${name}.job`, how: 'all', after: 'end' },
            { set: `${name}.gate`, how: 'all', after: 'end' },
          ]),
          size: 0,
          expand: { into: () => (number === 3 ? [lone('flow.post')] : cycle(number + 1, members)) },
        },
      ];
    };

    const only = await runMembers(folder, cycle(1, ['w-0']), { members: { only: ['west.0'] } });
    const skipping = await runMembers(folder, cycle(1, ['w-0', 'w-1']), {
      members: { skip: ['w-1'] },
    });

    expect(only.names).toEqual([
      'flow.west.cycle-1.job/w-0',
      'flow.west.cycle-1.gate',
      'flow.west.cycle-2.job/w-0',
      'flow.west.cycle-2.gate',
      'flow.west.cycle-3.job/w-0',
      'flow.west.cycle-3.gate',
    ]);
    expect(skipping.names).not.toContain('flow.west.cycle-1.job/w-1');
    expect(skipping.names).not.toContain('flow.post');
    expect(skipping.summary.outcome).toBe('succeeded');
  });
});
