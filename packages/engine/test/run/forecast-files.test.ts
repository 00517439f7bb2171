import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TaskSet } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describePlan } from '../../src/plan/describe-plan.ts';
import { planProject } from '../../src/plan/plan-project.ts';
import type { PlanSummary } from '../../src/plan/plan-types.ts';
import { copier, run, writer } from '../support/chain.ts';
import { ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

async function foretold(
  folder: ProjectFolder,
  sets: readonly TaskSet[],
  mostFiles?: number,
): Promise<PlanSummary> {
  const { loaded, providers } = requestFor(folder, sets, { backend: new ProgramBackend({}) });
  const { storages } = providers;
  const most = mostFiles === undefined ? {} : { mostFiles };
  return describePlan(await planProject(loaded), loaded, { storages, ...most });
}

const labels = ['0', '1', '2'];
const edge = (set: string) => ({ set, how: 'aligned' as const });
/** Tasks that read files from outside, that wait for those, that read what those wrote, and that read nothing. */
const SETS: readonly TaskSet[] = [
  setOf(
    'flow.reader',
    labels.map((at) => copier(`local:in/${at}.txt`, `local:out/reader-${at}.txt`)),
    { labels },
  ),
  setOf(
    'flow.waiter',
    labels.map((at) => writer(`waiter-${at}`)),
    { labels, hasInputs: false, needs: [edge('flow.reader')] },
  ),
  setOf(
    'flow.follower',
    labels.map((at) => copier(`local:out/reader-${at}.txt`, `local:out/follower-${at}.txt`)),
    { labels, needs: [edge('flow.reader')] },
  ),
  setOf(
    'flow.lone',
    labels.map((at) => writer(`lone-${at}`)),
    { labels, hasInputs: false },
  ),
];
const INPUTS = labels.map((at) => `in/${at}.txt`);
const OUTPUTS = ['reader', 'waiter', 'follower', 'lone'].flatMap((set) =>
  labels.map((at) => `out/${set}-${at}.txt`),
);

type Edit = (path: string, random: number) => void;
/** Longer each time, so that no clock is needed to tell the content from what it was. */
const append: Edit = (path, random) =>
  writeFileSync(path, `${readFileSync(path, 'utf8')}${random}`);
const touch: Edit = (path, random) => utimesSync(path, random, random);
const replaceByEqual: Edit = (path) => {
  const text = readFileSync(path);
  rmSync(path);
  writeFileSync(path, text);
};
const remove: Edit = (path) => rmSync(path);
const EDITS = [
  ...[append, touch, replaceByEqual].map((edit) => ({ edit, paths: INPUTS })),
  ...[append, touch, remove].map((edit) => ({ edit, paths: OUTPUTS })),
];

const anEdit = fc
  .constantFrom(...EDITS)
  .chain(({ edit, paths }) =>
    fc.record({ edit: fc.constant(edit), path: fc.constantFrom(...paths), at: fc.nat(1e6) }),
  );
/** Edits of files that are all different: one that is gone cannot be touched. */
const someEdits = fc.uniqueArray(anEdit, { maxLength: 4, selector: ({ path }) => path });

function written(folder: ProjectFolder): ProjectFolder {
  for (const path of INPUTS) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), path);
  }
  return folder;
}

const toRunOf = (plan: PlanSummary, set: string): number => {
  const found = plan.sets.find(({ name }) => name === set);
  return (found?.tasks ?? 0) - (found?.finished ?? 0);
};

describe('what a plan foretells of files that were changed', () => {
  it('is what the run does', async () => {
    const property = fc.asyncProperty(
      fc.array(someEdits, { minLength: 1, maxLength: 3 }),
      async (rounds) => {
        using folder = written(new ProjectFolder());
        await run(folder, SETS);
        for (const edits of rounds) {
          for (const { edit, path, at } of edits) edit(join(folder.path, path), at);
          const plan = await foretold(folder, SETS);
          const { names } = await run(folder, SETS);
          const ran = (set: string): number =>
            names.filter((name) => name.startsWith(`${set}/`)).length;

          for (const set of ['flow.reader', 'flow.waiter', 'flow.lone']) {
            expect([set, toRunOf(plan, set)]).toEqual([set, ran(set)]);
          }
          // What runs again may well write what it wrote before; then those who read it need not run.
          expect(ran('flow.follower')).toBeLessThanOrEqual(toRunOf(plan, 'flow.follower'));
          expect((await foretold(folder, SETS)).toRun).toBe(0);
        }
      },
    );
    await fc.assert(property, { numRuns: 60 });
  }, 120_000);

  it.each([
    [
      'an edited input',
      append,
      'in/1.txt',
      [1, 1, 1, 0],
      'the content of input local:in/1.txt changed: 8 bytes -> 9 bytes',
    ],
    ['a touched input', touch, 'in/1.txt', [0, 0, 0, 0], 'finished, nothing changed'],
    [
      'a deleted output',
      remove,
      'out/reader-1.txt',
      [1, 0, 1, 0],
      'output to (local:out/reader-1.txt) changed: 9 bytes -> missing',
    ],
    [
      'a changed output',
      append,
      'out/reader-1.txt',
      [1, 0, 1, 0],
      'output to (local:out/reader-1.txt) changed: 9 bytes -> 10 bytes',
    ],
    [
      'an input that is gone',
      remove,
      'in/1.txt',
      [1, 1, 1, 0],
      'input from: local:in/1.txt does not exist',
    ],
  ])('is told for %s', async (_what, edit, path, toRun, reason) => {
    using folder = written(new ProjectFolder());
    await run(folder, SETS);
    edit(join(folder.path, path), 7);

    const plan = await foretold(folder, SETS);

    expect(plan.sets.map(({ name }) => toRunOf(plan, name))).toEqual(toRun);
    expect(plan.sets[0]?.reason).toContain(reason);
    expect(plan.filesLeftOut).toBeUndefined();
  });

  it('counts files as they were left once it has looked at enough, and says so', async () => {
    using folder = written(new ProjectFolder());
    await run(folder, SETS);
    for (const path of OUTPUTS) remove(join(folder.path, path), 0);

    expect(await foretold(folder, SETS, 0)).toMatchObject({ toRun: 0, filesLeftOut: true });
    expect(await foretold(folder, SETS, 100)).toMatchObject({ toRun: 12 });
  });
});
