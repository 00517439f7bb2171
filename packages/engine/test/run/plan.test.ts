import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Flow, isFlowError, type TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { checkSets, orderSets } from '../../src/plan/check-sets.ts';
import { describePlan } from '../../src/plan/describe-plan.ts';
import { confinedReader } from '../../src/plan/flow-context.ts';
import { planProject } from '../../src/plan/plan-project.ts';
import type { LoadedProject } from '../../src/project/loaded-project.ts';
import { chain, PROGRAMS, run } from '../support/chain.ts';
import { ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

const known = { backends: new Set(['here']), limits: { slots: 2 } };
const work = { work: { kind: 'command', argv: ['x'] } } as const;
const set = (name: string, more: Partial<TaskSet> = {}): TaskSet => setOf(name, [work, work], more);

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return isFlowError(error) ? error.code : String(error);
  }
  return undefined;
}

describe('sets of a plan', () => {
  it.each<[string, readonly TaskSet[]]>([
    ['a name used twice', [set('f.a'), set('f.a')]],
    ['a name that cannot be a folder', [set('f/../a')]],
    ['a need that does not exist', [set('f.a', { needs: [{ set: 'f.b', how: 'all' }] })]],
    ['a set that needs itself', [set('f.a', { needs: [{ set: 'f.a', how: 'all' }] })]],
    [
      'aligned sets of different sizes',
      [setOf('f.a', [work]), set('f.b', { needs: [{ set: 'f.a', how: 'aligned' }] })],
    ],
    [
      'an edge to a task that does not exist',
      [
        set('f.a'),
        set('f.b', {
          needs: [
            {
              set: 'f.a',
              how: 'edges',
              offsets: Uint32Array.of(0, 1, 2),
              targets: Uint32Array.of(0, 7),
            },
          ],
        }),
      ],
    ],
    ['an unknown backend', [set('f.a', { backend: 'there' })]],
    ['an unknown limit', [set('f.a', { limits: { licences: 1 } })]],
    ['more slots than a limit has', [set('f.a', { limits: { slots: 3 } })]],
    [
      'groups of different sizes',
      [set('f.a', { group: { name: 'g' } }), setOf('f.b', [work], { group: { name: 'g' } })],
    ],
  ])('are refused for %s', (_why, sets) => {
    expect(codeOf(() => checkSets(sets, known))).toBe('PLAN_INVALID');
  });

  it('are put in an order in which each comes after what it needs', () => {
    const sets = [
      set('f.c', { needs: [{ set: 'f.b', how: 'all' }] }),
      set('f.b', { needs: [{ set: 'f.a', how: 'aligned' }] }),
      set('f.a'),
    ].map((one) => ({ set: one }));

    expect(orderSets(sets).map((one) => one.set.name)).toEqual(['f.a', 'f.b', 'f.c']);
  });

  it('are refused when they need each other in a circle, which is named', () => {
    const sets = [
      set('f.a', { needs: [{ set: 'f.b', how: 'all' }] }),
      set('f.b', { needs: [{ set: 'f.a', how: 'all' }] }),
    ].map((one) => ({ set: one }));

    expect(() => orderSets(sets)).toThrow('f.a -> f.b -> f.a');
  });
});

describe('a plan', () => {
  it('makes every set of a flow wait for every set of the flows it needs', async () => {
    using folder = new ProjectFolder();
    const { loaded } = requestFor(folder, [set('flow.a')], { backend: new ProgramBackend({}) });
    const [first] = loaded.flows;
    const later: Flow = { plan: () => ({ sets: [set('later.b')] }) };
    const project: LoadedProject = {
      ...loaded,
      flows: [
        first!,
        {
          ...first!,
          name: 'later',
          needs: ['flow'],
          plugin: { ...first!.plugin, create: () => later },
        },
      ],
    };

    const plan = await planProject(project);

    expect(plan.sets.map(({ set: one }) => one.needs)).toEqual([
      [],
      [{ set: 'flow.a', how: 'all' }],
    ]);
    expect(plan.tasks).toBe(4);
  });

  it('says before and after a run what it would do', async () => {
    using folder = new ProjectFolder();
    const { loaded } = requestFor(folder, chain(), { backend: new ProgramBackend({}) });
    const before = describePlan(await planProject(loaded), loaded);
    await run(folder, chain(), new ProgramBackend(PROGRAMS));

    const after = describePlan(await planProject(loaded), loaded);

    expect(before).toMatchObject({ tasks: 4, toRun: 4, finished: 0 });
    expect(before.sets[0]?.reason).toBe('has never been finished');
    expect(after).toMatchObject({ toRun: 0, finished: 4, knownOutputBytes: 2 * 4 + 2 * 5 });
    expect(after.sets.map(({ verdict }) => verdict)).toEqual(['reused', 'reused']);
  });
});

describe('reading texts of a project', () => {
  it('stays in its folder, also through links', () => {
    using folder = new ProjectFolder();
    using outside = new ProjectFolder();
    writeFileSync(join(outside.path, 'x.csv'), 'a\n1\n');
    writeFileSync(join(folder.path, 'x.csv'), 'b\n2\n');
    mkdirSync(join(folder.path, 'sub'));
    symlinkSync(outside.path, join(folder.path, 'link'));
    const read = confinedReader(folder.path);

    expect(read('sub/../x.csv')).toBe('b\n2\n');
    expect(codeOf(() => read('link/x.csv'))).toBe('PROJECT_PATH_LINK');
    expect(codeOf(() => read('../x.csv'))).toBe('PATH_OUTSIDE');
    expect(codeOf(() => read('/etc/hostname'))).toBe('PATH_OUTSIDE');
    expect(codeOf(() => read('none.csv'))).toBe('PROJECT_FILE_UNREADABLE');
  });
});
