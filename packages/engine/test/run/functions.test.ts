import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results, TaskSet, TaskSpec } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { openHistory } from '../../src/views/history.ts';
import { run } from '../support/chain.ts';
import { ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, setOf } from '../support/project.ts';

const MODULE = `
import { offset } from './offset.mjs';
export const items = () => [1, 2, 3];
export const double = (n) => n * 2 + offset;
export const huge = () => 'x'.repeat(2_000_000);
`;

function moduleIn(folder: ProjectFolder): string {
  writeFileSync(join(folder.path, 'offset.mjs'), 'export const offset = 0;');
  const module = join(folder.path, 'functions.mjs');
  writeFileSync(module, MODULE);
  return module;
}

const inside = { backend: 'leader', hasInputs: false, hasOutputs: false } as const;

function call(module: string, name: string, args: number): TaskSpec {
  return { work: { kind: 'function', module, export: name, args } };
}

/** A list is made, each of its items doubled, and the doubles are added up in the arguments of the last task. */
function expanding(module: string): TaskSet[] {
  const each: TaskSet = {
    ...setOf('flow.each', [], inside),
    needs: [{ set: 'flow.items', how: 'all' }],
    expand: {
      into: (results: Results) => {
        const items = results.result('flow.items', 0) as number[];
        return [
          setOf(
            'flow.each',
            items.map((item) => call(module, 'double', item)),
            inside,
          ),
        ];
      },
    },
  };
  const sum: TaskSet = {
    ...setOf('flow.sum', [call(module, 'double', 0)], inside),
    needs: [{ set: 'flow.each', how: 'all' }],
    spec: (_index, results) => {
      let total = 0;
      for (let index = 0; index < results.size('flow.each'); index += 1) {
        total += results.result('flow.each', index) as number;
      }
      return call(module, 'double', total);
    },
  };
  return [setOf('flow.items', [call(module, 'items', 0)], inside), each, sum];
}

describe('functions inside the leader', () => {
  it('expand the graph from their results, and are used again with the results they had', async () => {
    using folder = new ProjectFolder();
    const module = moduleIn(folder);

    const first = await run(folder, expanding(module), new ProgramBackend({}));
    const second = await run(folder, expanding(module), new ProgramBackend({}));

    using history = openHistory(folder.path);
    expect(history.task('flow.sum', first.summary.run).result).toBe(24);
    expect(first.summary).toMatchObject({ outcome: 'succeeded' });
    expect(first.summary.sets.map(({ total }) => total)).toEqual([1, 3, 1]);
    expect(second.summary.sets.map(({ reused }) => reused)).toEqual([1, 3, 1]);
  });

  it('are listed where the set stands that they were expanded from', async () => {
    using folder = new ProjectFolder();
    const { summary } = await run(folder, expanding(moduleIn(folder)), new ProgramBackend({}));

    using history = openHistory(folder.path);
    const planned = ['flow.items', 'flow.each', 'flow.sum'];
    expect(summary.sets.map(({ name }) => name)).toEqual(planned);
    expect(history.view().sets.map(({ name }) => name)).toEqual(planned);
  });

  it('run again when a module they import has changed', async () => {
    using folder = new ProjectFolder();
    const module = moduleIn(folder);
    await run(folder, expanding(module), new ProgramBackend({}));
    writeFileSync(join(folder.path, 'offset.mjs'), 'export const offset = 1;');

    const { summary } = await run(folder, expanding(module), new ProgramBackend({}));

    expect(summary.sets.map(({ succeeded }) => succeeded)).toEqual([1, 3, 1]);
  });

  it('fail when their result is too large for the journal', async () => {
    using folder = new ProjectFolder();
    const set = setOf('flow.huge', [call(moduleIn(folder), 'huge', 0)], inside);

    const { summary } = await run(folder, [set], new ProgramBackend({}));

    expect(summary.failures[0]?.message).toContain('write it to an output instead');
  });
});
