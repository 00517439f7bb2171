import type { TaskSet } from '@orchestrate/core';
import { suggest } from '@orchestrate/core';
import { graphDigest } from '../plan/plan-project.ts';
import type { Plan, PlannedSet } from '../plan/plan-types.ts';
import { runError } from '../run-errors.ts';
import { partOf } from './part-of-set.ts';

interface Selected {
  /** `undefined`: all of it. */
  indices: Set<number> | undefined;
}

function select(plan: Plan, selection: string, into: Map<string, Selected>): void {
  const slash = selection.indexOf('/');
  const name = slash === -1 ? selection : selection.slice(0, slash);
  const label = slash === -1 ? undefined : selection.slice(slash + 1);
  const matches = plan.sets.filter(
    ({ flow, set }) => set.name === name || (label === undefined && flow === name),
  );
  if (matches.length === 0) throw unknown(plan, selection);
  for (const { set } of matches) {
    const known = into.get(set.name);
    if (label === undefined) into.set(set.name, { indices: undefined });
    else {
      const index = indexOfLabel(set, label);
      if (index === undefined) throw unknown(plan, selection);
      if (known === undefined) into.set(set.name, { indices: new Set([index]) });
      else known.indices?.add(index);
    }
  }
}

function indexOfLabel(set: TaskSet, label: string): number | undefined {
  for (let index = 0; index < set.size; index += 1) if (set.label(index) === label) return index;
  return undefined;
}

function unknown(plan: Plan, selection: string): Error {
  const names = new Set(plan.sets.flatMap(({ flow, set }) => [flow, set.name]));
  const near = suggest(selection, [...names]);
  const meant = near === undefined ? '' : `; did you mean ${String(near)}?`;
  return runError('TASK_UNKNOWN', `there is no task ${selection}${meant}`, {
    details: { task: selection },
  });
}

/** A single task is not a member: its group would have others of no such task. What it needs is taken whole. */
function restricted(set: TaskSet, indices: readonly number[]): TaskSet {
  return partOf(set, { own: indices, kept: new Map(), inGroup: false });
}

/**
 * The part of a plan that was asked for, or all of it when nothing was: the selected sets and all they need. A single task of a set is possible when
 * nothing else of the selection needs the rest of it; what it needs itself is taken whole.
 * @throws TASK_UNKNOWN
 */
export function selectSets(plan: Plan, only: readonly string[]): Plan {
  if (only.length === 0) return plan;
  const chosen = new Map<string, Selected>();
  for (const selection of only) select(plan, selection, chosen);
  const byName = new Map(plan.sets.map((entry) => [entry.set.name, entry]));
  const take = (name: string): void => {
    for (const need of byName.get(name)?.set.needs ?? []) {
      const known = chosen.get(need.set);
      if (known !== undefined && known.indices === undefined) continue;
      chosen.set(need.set, { indices: undefined });
      take(need.set);
    }
  };
  const asked = Array.from(chosen.keys());
  for (const name of asked) take(name);
  const sets: PlannedSet[] = [];
  for (const entry of plan.sets) {
    const selected = chosen.get(entry.set.name);
    if (selected === undefined) continue;
    if (selected.indices === undefined) sets.push(entry);
    else {
      const indices = [...selected.indices].sort((a, b) => a - b);
      sets.push({ ...entry, set: restricted(entry.set, indices) });
    }
  }
  return {
    ...plan,
    sets,
    tasks: sets.reduce((sum, { set }) => sum + (set.expand === undefined ? set.size : 0), 0),
    digest: graphDigest(sets),
  };
}
