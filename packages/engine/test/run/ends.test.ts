import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskSet, TaskSpec } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { planProject } from '../../src/plan/plan-project.ts';
import { openHistory } from '../../src/views/history.ts';
import { PROGRAMS, run } from '../support/chain.ts';
import { ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

const command = (...argv: string[]): TaskSpec => ({ work: { kind: 'command', argv } });
const quiet = { hasInputs: false, hasOutputs: false } as const;

const withNotice = (program: string): TaskSet[] => [
  setOf('flow.work', [command(program)], quiet),
  setOf('flow.notice', [command('nothing')], {
    ...quiet,
    needs: [{ set: 'flow.work', how: 'all', after: 'end' }],
  }),
];

describe('a task that waits for the end of others', () => {
  it('runs after a failure, which the run still ends with', async () => {
    using folder = new ProjectFolder();

    const { summary, names } = await run(folder, withNotice('fail'));

    expect(summary.outcome).toBe('failed');
    expect(names).toEqual(['flow.work', 'flow.notice']);
  });

  it('runs in every run, because the others may have ended otherwise', async () => {
    using folder = new ProjectFolder();
    await run(folder, withNotice('nothing'));

    const { names } = await run(folder, withNotice('nothing'));

    expect(names).toEqual(['flow.notice']);
  });
});

describe('a task that is not needed', () => {
  const gated = (module: string, inside: number): TaskSet[] => [
    setOf('flow.gate', [{ work: { kind: 'function', module, export: 'gate', args: inside } }], {
      ...quiet,
      backend: 'leader',
    }),
    setOf('flow.work', [command('nothing')], {
      ...quiet,
      needs: [{ set: 'flow.gate', how: 'all' }],
      when: (_index, results) => results.result('flow.gate', 0) === true,
    }),
    setOf('flow.next', [command('nothing')], {
      ...quiet,
      needs: [{ set: 'flow.work', how: 'aligned' }],
    }),
  ];

  function moduleIn(folder: ProjectFolder): string {
    const module = join(folder.path, 'gate.mjs');
    writeFileSync(module, 'export const gate = (n) => n > 1;\n');
    return module;
  }

  it('is skipped with what needs it by the result of an earlier one, and the run succeeds', async () => {
    using folder = new ProjectFolder();

    const { summary, names } = await run(folder, gated(moduleIn(folder), 1));

    expect(summary.outcome).toBe('succeeded');
    expect(names).toEqual([]);
    using history = openHistory(folder.path);
    expect(history.explain('flow.next').summary).toBe('flow.next is not needed; its flow says so.');
  });

  it('runs when it is needed after all', async () => {
    using folder = new ProjectFolder();
    await run(folder, gated(moduleIn(folder), 1));

    const { names } = await run(folder, gated(moduleIn(folder), 2));

    expect(names).toEqual(['flow.work', 'flow.next']);
  });

  it('fails when the flow cannot say whether it is needed', async () => {
    using folder = new ProjectFolder();
    const set = setOf('flow.work', [command('nothing')], {
      ...quiet,
      when: () => {
        throw new RangeError('there is no such member');
      },
    });

    const { summary } = await run(folder, [set]);

    expect(summary).toMatchObject({ outcome: 'failed', failedTasks: 1 });
  });
});

describe('limits of a flow', () => {
  const requestWith = (folder: ProjectFolder, limits: Record<string, number>) => {
    const sets = [setOf('flow.work', [command('nothing')], { limits: { 'flow.jobs': 1 } })];
    const request = requestFor(folder, sets, { backend: new ProgramBackend(PROGRAMS) });
    const [flow] = request.loaded.flows;
    if (flow === undefined) throw new TypeError('expected a flow');
    const plugin = { ...flow.plugin, create: () => ({ plan: () => ({ sets, limits }) }) };
    return { ...request.loaded, flows: [{ ...flow, plugin }] } as typeof request.loaded;
  };

  it('stand beside those of the project', async () => {
    using folder = new ProjectFolder();

    const plan = await planProject(requestWith(folder, { 'flow.jobs': 3 }));

    expect(plan.limits).toEqual({ 'flow.jobs': 3 });
  });

  it('carry the name of their flow', async () => {
    using folder = new ProjectFolder();

    await expect(planProject(requestWith(folder, { jobs: 3 }))).rejects.toThrow(
      'limit jobs must be named flow.*',
    );
  });
});
