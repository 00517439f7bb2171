import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Said, TrialProject } from './trial.ts';

export const OURS_LABEL = 'app.kubernetes.io/managed-by=orchestrate';

export const MEMBERS = 12;
const once = (count = MEMBERS) => Array.from({ length: count }, () => 1);

/** Each member ran once, its output is there, and nothing of ours is left. */
export async function expectWell(project: TrialProject, { code, text }: Said, count = MEMBERS) {
  expect(code, text).toBe(0);
  expect(project.effects()).toEqual(once(count));
  expect(project.outputs()).toBe(count);
  await expectNothingLeft(project);
}

/** What was deleted takes a moment to go, and longer where the controllers of the cluster have to find their feet again. */
export async function expectNothingLeft(project: TrialProject) {
  const end = performance.now() + 150_000;
  while (project.left().length > 0 && performance.now() < end) await wait(200);
  expect(project.left()).toEqual([]);
}

/** Members that share pods, for everything that must hold of them too. */
export const WAYS = [
  ['each a Job of its own', {}],
  [
    'in packs',
    {
      backend: { pack: { pods: 4, least: 2 } },
      task: { resources: { time: '60s' }, retry: { attempts: 2, on: ['preempted'], delay: '0s' } },
    },
  ],
] as const;
