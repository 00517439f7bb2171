import { isFlowError, type Results, type TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { selectMembers } from '../../src/drive/select-members.ts';
import { graphDigest } from '../../src/plan/plan-project.ts';
import type { Plan } from '../../src/plan/plan-types.ts';
import { DEPTHS, ensemble, lone, NOTHING } from '../support/ensemble.ts';
import { setOf } from '../support/project.ts';

function planFor(sets: readonly TaskSet[]): Plan {
  const entries = sets.map((set) => ({ flow: set.name.split('.')[0] ?? '', set, backend: 'here' }));
  return {
    name: 'p',
    projectDirectory: '/p',
    sets: entries,
    limits: {},
    tasks: sets.reduce((sum, { size }) => sum + size, 0),
    digest: graphDigest(entries),
  };
}

/** Names of all tasks of a plan. */
function tasksOf({ sets }: Plan): string[] {
  return sets.flatMap(({ set }) =>
    Array.from({ length: set.size }, (_, index) =>
      `${set.name}/${set.label(index)}`.replace(/\/$/, ''),
    ),
  );
}

function membersOf(plan: Plan, wishes: Parameters<typeof selectMembers>[1]): string[] {
  return tasksOf(selectMembers(plan, wishes).plan).filter((name) => name.includes('job/'));
}

function errorOf(act: () => unknown): { readonly code: string; readonly message: string } {
  try {
    act();
  } catch (error) {
    if (isFlowError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'nothing thrown', message: '' };
}

const north = ['north-0', 'north-1', 'north-2'];
const south = ['south-0', 'south-1'];
/** Two batches, the second in order after the first, with something after both. */
const batches = [
  ...ensemble('old.north', { labels: north }),
  ...ensemble('old.south', {
    labels: south,
    before: [
      { set: 'old.north.after', how: 'all', after: 'end' },
      { set: 'old.north.check', how: 'all', after: 'end' },
    ],
  }),
  lone('old.post', [
    { set: 'old.south.check', how: 'all', after: 'end' },
    { set: 'old.south.after', how: 'all', after: 'end' },
  ]),
];

describe('members of an ensemble, named', () => {
  const plan = planFor(ensemble('sens'));
  const [a, b, c, d] = DEPTHS.map((depth) => `sens.job/depth=${depth}.0`);

  it.each([
    [{ only: ['depth=200.0'] }, [b]],
    [{ only: ['200.0'] }, [b]],
    [{ only: ['sens-1'] }, [b]],
    [{ only: ['1'] }, [b]],
    [{ only: ['sens.1'] }, [b]],
    [{ only: ['sens[1]'] }, [b]],
    [{ only: ['sens.depth=200.0'] }, [b]],
    [{ only: ['sens.200.0'] }, [b]],
    [{ only: ['sens.1-2'] }, [b, c]],
    [{ only: ['1-2', '0'] }, [a, b, c]],
    [{ only: ['depth=*.0'], skip: ['0-2'] }, [d]],
    [{ only: ['sens'], skip: ['100.0'] }, [b, c, d]],
    [{ skip: ['sens-3'] }, [a, b, c]],
    [{ where: ['depth=200'] }, [b]],
    [{ where: ['depth=200.0'] }, [b]],
    [{ where: ['ice=true'] }, [a, c]],
    [{ where: ['ice=true', 'depth=300'] }, [c]],
    [{ failed: [{ set: 'sens.check', label: 'depth=400.0' }] }, [d]],
    [{ failed: [{ set: 'sens.each', label: 'depth=400.0/item=x' }] }, [d]],
  ])('%j', (wishes, expected) => {
    expect(membersOf(plan, wishes)).toEqual(expected);
  });

  it.each([
    [{ only: ['depth=200.1'] }, 'MEMBER_UNKNOWN', 'did you mean depth=200.0'],
    [{ only: ['sens.9'] }, 'MEMBER_UNKNOWN', 'sens has 0 to 3'],
    [{ only: ['2-9'] }, 'MEMBER_UNKNOWN', 'sens has 0 to 3'],
    [{ only: ['2-1'] }, 'MEMBER_UNKNOWN', 'there is no member 2-1'],
    [{ skip: ['snes'] }, 'MEMBER_UNKNOWN', 'did you mean sens'],
    [{ where: ['dept=200'] }, 'MEMBER_UNKNOWN', 'did you mean depth'],
    [{ where: ['depth=210'] }, 'MEMBER_UNKNOWN', 'did you mean 200'],
    [{ where: ['depth'] }, 'MEMBER_UNKNOWN', 'expected NAME=VALUE'],
    [{ where: ['ice=true', 'depth=200'] }, 'MEMBER_NONE', 'nothing is left to run'],
    [{ failed: [] }, 'MEMBER_NONE', 'failed in the last run'],
  ])('refuses %j', (wishes, code, message) => {
    const error = errorOf(() => selectMembers(plan, wishes));

    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('asks which is meant when a number is a value of one and the position of another', () => {
    const seeds = planFor(ensemble('seeds', { labels: ['seed=2', 'seed=1', 'seed=0'] }));

    expect(errorOf(() => selectMembers(seeds, { only: ['2'] })).code).toBe('MEMBER_AMBIGUOUS');
    expect(membersOf(seeds, { only: ['1'] })).toEqual(['seeds.job/seed=1']);
    expect(membersOf(seeds, { only: ['seed=2'] })).toEqual(['seeds.job/seed=2']);
    expect(membersOf(seeds, { only: ['seeds-2'] })).toEqual(['seeds.job/seed=0']);
  });

  it('are found in batches by the name of the batch, of the flow, or their own', () => {
    const old = planFor(batches);

    expect(membersOf(old, { only: ['south-1'] })).toEqual(['old.south.job/south-1']);
    expect(membersOf(old, { only: ['old.south.1'] })).toEqual(['old.south.job/south-1']);
    expect(membersOf(old, { only: ['south.0-1'] })).toHaveLength(2);
    expect(membersOf(old, { only: ['old.1'] })).toEqual([
      'old.north.job/north-1',
      'old.south.job/south-1',
    ]);
  });
});

describe('what goes with members', () => {
  it('is what they need, and nothing that stands for all of them', () => {
    const { plan, members, leftOut } = selectMembers(planFor(ensemble('sens')), { only: ['1-2'] });

    expect(tasksOf(plan)).toEqual([
      'sens.before',
      'sens.job/depth=200.0',
      'sens.job/depth=300.0',
      'sens.check/depth=200.0',
      'sens.check/depth=300.0',
    ]);
    expect(plan.sets[2]?.set.needs).toEqual([{ set: 'sens.job', how: 'aligned' }]);
    expect(plan.sets[2]?.set.group).toEqual({ name: 'sens' });
    expect(members).toBe(2);
    expect(leftOut).toEqual(['sens.after']);
  });

  it('is what comes after all of them, when all are there', () => {
    const whole = planFor(ensemble('sens'));

    expect(tasksOf(selectMembers(whole, { only: ['sens'] }).plan)).toEqual(tasksOf(whole));
  });

  it('leaves an order of batches behind when only the later one is meant', () => {
    const { plan, leftOut } = selectMembers(planFor(batches), { only: ['south-1'] });

    expect(tasksOf(plan)).toEqual([
      'old.south.before',
      'old.south.job/south-1',
      'old.south.check/south-1',
    ]);
    expect(plan.sets[0]?.set.needs).toEqual([]);
    expect(leftOut).toEqual(['old.south.after', 'old.post']);
  });

  it('keeps the other batches and what gathers them when members are skipped, but not what comes after all', () => {
    const { plan } = selectMembers(planFor(batches), { skip: ['north-0'] });
    const sets = plan.sets.map(({ set }) => set.name);

    expect(sets).toContain('old.south.after');
    expect(sets).not.toContain('old.north.after');
    expect(sets).not.toContain('old.post');
    expect(membersOf(plan, { skip: [] })).toHaveLength(4);
  });

  it('leaves out flows that need a whole ensemble of which some is missing', () => {
    const sets = [
      ...ensemble('one'),
      ...ensemble('two', { labels: ['a', 'b'], before: [{ set: 'one.check', how: 'all' }] }),
    ];

    expect(membersOf(planFor(sets), { skip: ['one.1'] })).toHaveLength(3);
    expect(membersOf(planFor(sets), { only: ['two.b'] })).toEqual([
      ...DEPTHS.map((depth) => `one.job/depth=${depth}.0`),
      'two.job/b',
    ]);
    expect(
      errorOf(() => selectMembers(planFor(sets), { only: ['one.0'], skip: ['one.0'] })).code,
    ).toBe('MEMBER_NONE');
  });

  it('takes the tasks of a finer division along, and translates what they wait for', () => {
    const finer = setOf(
      'sens.each',
      ['x', 'y', 'x', 'y', 'x', 'y', 'x', 'y'].map(() => NOTHING),
      {
        labels: DEPTHS.flatMap((depth) => [`depth=${depth}.0/x`, `depth=${depth}.0/y`]),
        needs: [
          {
            set: 'sens.job',
            how: 'edges',
            offsets: Uint32Array.from({ length: 9 }, (_, index) => index),
            targets: Uint32Array.of(0, 0, 1, 1, 2, 2, 3, 3),
          },
        ],
      },
    );

    const { plan } = selectMembers(planFor([...ensemble('sens'), finer]), { only: ['1', '3'] });
    const each = plan.sets.at(-1)?.set;

    expect(tasksOf(plan).slice(-4)).toEqual([
      'sens.each/depth=200.0/x',
      'sens.each/depth=200.0/y',
      'sens.each/depth=400.0/x',
      'sens.each/depth=400.0/y',
    ]);
    expect(each?.needs).toEqual([
      {
        set: 'sens.job',
        how: 'edges',
        offsets: Uint32Array.of(0, 1, 2, 3, 4),
        targets: Uint32Array.of(0, 0, 1, 1),
      },
    ]);
  });

  it('asks for results by the positions of the whole', () => {
    const asking: TaskSet = {
      ...setOf(
        'sens.ask',
        DEPTHS.map(() => NOTHING),
        {
          labels: DEPTHS.map((depth) => `depth=${depth}.0`),
          group: { name: 'sens' },
          needs: [{ set: 'sens.job', how: 'aligned' }],
        },
      ),
      spec: (index, results) => ({
        work: {
          kind: 'command',
          argv: [0, 1, 2, 3]
            .map((at) => JSON.stringify(results.result('sens.job', at) ?? null))
            .concat(`${index}`),
        },
      }),
      when: (index, results) => results.result('sens.job', index) === 'second',
    };
    const { plan } = selectMembers(planFor([...ensemble('sens'), asking]), { only: ['1', '3'] });
    const results: Results = {
      result: (set, index) => (set === 'sens.job' ? ['first', 'second'][index] : undefined),
      size: () => 2,
    };
    const set = plan.sets.at(-1)?.set;

    expect(set?.spec(1, results).work).toEqual({
      kind: 'command',
      argv: ['null', '"first"', 'null', '"second"', '3'],
    });
    expect([set?.when?.(0, results), set?.when?.(1, results)]).toEqual([false, true]);
  });
});
