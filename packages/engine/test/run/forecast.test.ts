import { readFileSync, writeFileSync } from 'node:fs';
import type { Need, TaskSet, TaskSpec } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startRun } from '../../src/drive/start-run.ts';
import { describePlan } from '../../src/plan/describe-plan.ts';
import { planProject } from '../../src/plan/plan-project.ts';
import type { PlanSummary } from '../../src/plan/plan-types.ts';
import { chain, PROGRAMS, run, writer } from '../support/chain.ts';
import { type Program, ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

async function foretold(
  folder: ProjectFolder,
  sets: readonly TaskSet[],
  options = {},
): Promise<PlanSummary> {
  const { loaded, providers } = requestFor(folder, sets, { backend: new ProgramBackend({}) });
  const { storages } = providers;
  return describePlan(await planProject(loaded), loaded, { storages, ...options });
}

/** Half of the text is lost, so that other texts may give the same content. */
const halve: Program = (_job, [path = '', text = '', ...inputs]) => {
  const read = inputs.map((input) => readFileSync(input, 'utf8')).join('');
  writeFileSync(path, `${Math.floor(Number(text) / 2)}${read.length}`);
};
const programs = { ...PROGRAMS, halve };

interface SetPlan {
  readonly size: number;
  readonly how: readonly ('all' | 'aligned' | 'edges' | 'none')[];
  readonly reads: boolean;
}
type World = readonly SetPlan[];
type Texts = readonly (readonly number[])[];

function needsOf(world: World, at: number): Need[] {
  const { how, size } = world[at] as SetPlan;
  return how.flatMap((kind, other): Need[] => {
    const upstream = world[other];
    if (other >= at || upstream === undefined || kind === 'none') return [];
    const set = `flow.s${other}`;
    if (kind === 'all') return [{ set, how: 'all' }];
    if (kind === 'aligned' && upstream.size === size) return [{ set, how: 'aligned' }];
    const targets = Uint32Array.from({ length: size }, (_, index) => index % upstream.size);
    const offsets = Uint32Array.from({ length: size + 1 }, (_, index) => index);
    return [{ set, how: 'edges', offsets, targets }];
  });
}

/** Positions in `flow.s<other>` that a task waits for. */
function upstreamOf(need: Need, world: World, index: number): readonly number[] {
  const size = world[Number(need.set.slice(6))]?.size ?? 0;
  if (need.how === 'all') return Array.from({ length: size }, (_, at) => at);
  return need.how === 'aligned' ? [index] : [index % size];
}

function setsOf(world: World, texts: Texts): TaskSet[] {
  return world.map(({ size, reads }, at) => {
    const needs = needsOf(world, at);
    const specs = Array.from({ length: size }, (_, index): TaskSpec => {
      const [first] = needs;
      const inputs =
        reads && first !== undefined
          ? upstreamOf(first, world, index).map((target) => ({
              name: `i${target}`,
              address: `local:out/${first.set}-${target}`,
            }))
          : [];
      const words = inputs.map(({ name }) => `{{ inputs.${name} }}`);
      return {
        work: {
          kind: 'command',
          argv: ['halve', '{{ outputs.file }}', `${texts[at]?.[index] ?? 0}`, ...words],
        },
        ...(inputs.length === 0 ? {} : { inputs }),
        outputs: [{ name: 'file', address: `local:out/flow.s${at}-${index}` }],
      };
    });
    const labels = specs.map((_, index) => `m${index}`);
    return setOf(`flow.s${at}`, specs, { labels, needs, hasInputs: reads && needs.length > 0 });
  });
}

const aSet = fc.record({
  size: fc.integer({ min: 1, max: 3 }),
  how: fc.array(fc.constantFrom('all', 'aligned', 'edges', 'none'), { minLength: 3, maxLength: 3 }),
  reads: fc.boolean(),
});
const aWorld = fc.array(aSet, { minLength: 2, maxLength: 4 });
const someTexts = fc.array(
  fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 }),
  { minLength: 4, maxLength: 4 },
);
const steps = fc.array(someTexts, { minLength: 2, maxLength: 3 });

describe('what a plan foretells', () => {
  it('is what the run does, for tasks that only wait for each other', async () => {
    const property = fc.asyncProperty(aWorld, steps, async (drawn, history) => {
      const world = drawn.map((set) => ({ ...set, reads: false }));
      using folder = new ProjectFolder();
      const last = new Map<string, string>();
      for (const texts of history) {
        const sets = setsOf(world, texts);
        const identity = (at: number, index: number): string =>
          JSON.stringify([
            texts[at]?.[index],
            needsOf(world, at).map((need) =>
              upstreamOf(need, world, index).map((up) => identity(Number(need.set.slice(6)), up)),
            ),
          ]);
        // A task runs when it, or anything it descends from, is not what it was.
        const expected = world.flatMap(({ size }, at) =>
          Array.from({ length: size }, (_, index) => index).flatMap((index) => {
            const name = `flow.s${at}/m${index}`;
            const is = identity(at, index);
            if (last.get(name) === is) return [];
            last.set(name, is);
            return [name];
          }),
        );
        const plan = await foretold(folder, sets);
        const { names } = await run(folder, sets, new ProgramBackend(programs));

        expect(names.toSorted()).toEqual(expected.toSorted());
        expect(plan.toRun).toBe(names.length);
      }
    });
    await fc.assert(property, { numRuns: 40 });
  }, 60_000);

  it('never promises that a task is reused which then runs', async () => {
    const property = fc.asyncProperty(aWorld, steps, async (world, history) => {
      using folder = new ProjectFolder();
      for (const texts of history) {
        const sets = setsOf(world, texts);
        const plan = await foretold(folder, sets);
        const { summary } = await run(folder, sets, new ProgramBackend(programs));
        const again = await run(folder, sets, new ProgramBackend(programs));

        for (const set of plan.sets) {
          const tally = summary.sets.find(({ name }) => name === set.name);
          expect(tally?.succeeded).toBeLessThanOrEqual(set.tasks - set.finished);
        }
        expect(again.names).toEqual([]);
      }
    });
    await fc.assert(property, { numRuns: 40 });
  }, 60_000);

  it('counts the members that run and those that do not, and says why the first one runs', async () => {
    using folder = new ProjectFolder();
    const texts = Array.from({ length: 12 }, (_, at) => `t${at}`);
    const sets = (some: readonly string[]) => [
      setOf(
        'flow.model',
        some.map((text, at) => writer(`f${at}`, text)),
        { labels: some.map((_, at) => `m${at}`), hasInputs: false },
      ),
    ];
    await run(folder, sets(texts));

    const {
      sets: told,
      toRun,
      finished,
    } = await foretold(folder, sets(texts.map((text, at) => (at % 3 === 1 ? 'other' : text))));

    expect({ toRun, finished }).toEqual({ toRun: 4, finished: 8 });
    expect(told[0]).toMatchObject({
      verdict: 'partly',
      reason: '4 of 12 run: m1 word 3 of its command changed: t1 -> other',
    });
  });

  it('follows a change through those who read what it writes', async () => {
    using folder = new ProjectFolder();
    await run(folder, chain());
    const [make, copy] = chain();
    const changed = setOf('flow.make', [writer('a', 'other'), writer('b')], {
      labels: ['a', 'b'],
      hasInputs: false,
    });

    const { sets } = await foretold(folder, [changed, copy as TaskSet]);

    expect(make?.name).toBe('flow.make');
    expect(sets.map(({ finished }) => finished)).toEqual([1, 1]);
    expect(sets[1]?.reason).toBe('1 of 2 run: a reads what flow.make writes, which runs');
  });

  it('is everything when nothing earlier is to be used', async () => {
    using folder = new ProjectFolder();
    await run(folder, chain());

    const summary = await foretold(folder, chain(), { fresh: true });

    expect(summary).toMatchObject({ toRun: 4, finished: 0 });
    expect(summary.sets[0]?.reason).toBe('everything is done anew');
  });

  it('counts what the unfinished run that it would continue has done', async () => {
    using folder = new ProjectFolder();
    const backend = new ProgramBackend({
      ...programs,
      copy: () => {
        throw new Error('not yet');
      },
    });
    const sets = chain();
    const handle = await startRun({
      ...requestFor(folder, sets, { backend }),
      onEntries: (entries) => {
        if (entries.some(({ fact }) => fact.type === 'succeeded')) handle.ask('detach');
      },
    });
    await handle.done;

    const summary = await foretold(folder, sets);

    expect(summary.continues).toBe(handle.id);
    expect(summary.finished).toBeGreaterThan(0);
  });
});
