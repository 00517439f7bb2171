import { expect, it } from 'vitest';
import { TaskRegistry } from '../drive/task-registry.ts';
import type { Fact } from '../events/fact.ts';
import { explain } from './explain.ts';
import { RunFold } from './fold-run.ts';

const set = { name: 'flow.melt', first: 0, size: 1, digest: 'd', backend: 'cluster' };
const handed: readonly Fact[] = [
  { type: 'sets-added', sets: [set] },
  { type: 'submitting', backend: 'cluster', jobs: [{ job: 0, tasks: [0] }] },
  { type: 'queued', jobs: [0] },
];
const running: readonly Fact[] = [...handed, { type: 'started', jobs: [0] }];
const paused: Fact = {
  type: 'backend-paused',
  backend: 'cluster',
  reason: 'the server does not answer',
  untilAsked: false,
};

/** What is said of the only task after these facts. */
function said(facts: readonly Fact[]): string {
  const fold = new RunFold(new TaskRegistry());
  for (const [sequence, fact] of facts.entries()) fold.feed({ sequence, at: sequence, fact });
  const parts = { fold, view: () => ({}) as never, change: () => undefined, plan: '/nowhere' };
  return explain(parts, 0).summary;
}

it.each([
  ['waits in the queue of its backend', handed],
  ['is running', running],
])('a task that %s says so, and when nobody can tell how it is', (what, facts) => {
  expect(said(facts)).toBe(`flow.melt ${what}.`);
  expect(said([...facts, paused])).toBe(
    `flow.melt ${what} (cluster is paused: the server does not answer).`,
  );
});

it('a task of a run that nobody leads on says why', () => {
  const stopped: Fact = { type: 'leader-ended', outcome: 'stopped', reason: 'detached' };
  const begun: Fact = { type: 'leader-began', pid: 1, host: 'here' };

  expect(said([...running, stopped])).toBe('flow.melt is running (the run stopped: detached).');
  expect(said([...running, stopped, begun])).toBe('flow.melt is running.');
});
