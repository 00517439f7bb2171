import { didYouMean, type Need, type TaskSet } from '@orchestrate/core';
import { runError } from '../run-errors.ts';

/** Names become folders of logs, so they are held to what is safe everywhere. */
const SET_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_@+=-]{1,100}){1,8}$/;

/** What sets may refer to. */
export interface Known {
  readonly backends: ReadonlySet<string>;
  readonly limits: Readonly<Record<string, number>>;
}

function wrong(set: string, message: string): Error {
  return runError('PLAN_INVALID', `${set}: ${message}`, { details: { set } });
}

function checkNeed(set: TaskSet, need: Need, sets: ReadonlyMap<string, TaskSet>): void {
  const other = sets.get(need.set);
  if (other === undefined) throw wrong(set.name, `needs ${need.set}, which does not exist`);
  if (need.after === 'end' && other.expand !== undefined) {
    throw wrong(set.name, `waits for the end of ${need.set}, which is a placeholder`);
  }
  if (need.how === 'all') {
    if (other === set) throw wrong(set.name, 'needs itself');
    return;
  }
  if (set.expand !== undefined || other.expand !== undefined) {
    throw wrong(set.name, `needs ${need.set} task by task, but one of them is a placeholder`);
  }
  if (need.how === 'aligned') {
    if (other === set) throw wrong(set.name, 'needs itself');
    if (other.size !== set.size) {
      throw wrong(
        set.name,
        `is aligned with ${need.set}, expected ${other.size} tasks, got ${set.size}`,
      );
    }
    return;
  }
  checkEdges(set, need, other);
}

function checkEdges(set: TaskSet, need: Extract<Need, { how: 'edges' }>, other: TaskSet): void {
  if (need.offsets.length !== set.size + 1) {
    throw wrong(
      set.name,
      `edges to ${need.set}: expected ${set.size + 1} offsets, got ${need.offsets.length}`,
    );
  }
  let before = 0;
  for (const offset of need.offsets) {
    if (offset < before || offset > need.targets.length) {
      throw wrong(set.name, `edges to ${need.set}: offsets must rise and end within the targets`);
    }
    before = offset;
  }
  for (const target of need.targets) {
    if (target >= other.size) {
      throw wrong(
        set.name,
        `edges to ${need.set}: there is no task ${target}, it has ${other.size}`,
      );
    }
  }
}

function checkSet(set: TaskSet, known: Known): void {
  if (!SET_NAME.test(set.name)) {
    throw wrong(
      set.name.slice(0, 80),
      'is not a name for a set of tasks, expected `flow.task` of letters, digits, - and _',
    );
  }
  if (set.expand === undefined && (!Number.isSafeInteger(set.size) || set.size < 0)) {
    throw wrong(set.name, `expected a whole number of tasks, got ${set.size}`);
  }
  const [first] = namingProblems(set, known);
  if (first !== undefined) throw wrong(set.name, first.message);
}

/** What a set names that the project does not have; `path` starts at the task. */
export interface NamingProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/** Backend and limits that a set names and that are not there, or too small. */
export function namingProblems(set: TaskSet, { backends, limits }: Known): NamingProblem[] {
  const problems: NamingProblem[] = [];
  const { backend } = set;
  if (backend !== undefined && backend !== 'leader' && !backends.has(backend)) {
    const there = [...backends, 'leader'];
    const message = `runs on backend ${backend}, expected one of ${there.join(', ')}`;
    problems.push({ path: ['backend'], message: `${message}${didYouMean(backend, there)}` });
  }
  const named = Object.keys(set.limits ?? {}).map((limit): [string, string[]] => [
    limit,
    ['limits', limit],
  ]);
  const ofGroup = set.group?.limit;
  if (ofGroup !== undefined) named.push([ofGroup, ['members', 'limit']]);
  for (const [limit, path] of named) {
    const message = limitProblem(limit, limits, set.limits?.[limit] ?? 1);
    if (message !== undefined) problems.push({ path, message });
  }
  return problems;
}

function limitProblem(limit: string, limits: Known['limits'], wanted: number): string | undefined {
  const slots = limits[limit];
  if (slots === undefined) {
    const there = Object.keys(limits);
    const choice = there.join(', ') || 'none is declared';
    return `takes slots of limit ${limit}, expected one of: ${choice}${didYouMean(limit, there)}`;
  }
  if (wanted <= slots) return undefined;
  return `needs ${wanted} slots of limit ${limit}, which has ${slots}: it could never start`;
}

function checkGroups(sets: Iterable<TaskSet>): void {
  const sizes = new Map<string, TaskSet>();
  for (const set of sets) {
    if (set.group === undefined || set.expand !== undefined) continue;
    const first = sizes.get(set.group.name);
    if (first === undefined) sizes.set(set.group.name, set);
    else if (first.size !== set.size) {
      throw wrong(
        set.name,
        `is in group ${set.group.name} with ${first.name}, expected ${first.size} tasks, got ${set.size}`,
      );
    }
  }
}

/**
 * Checks sets against each other and against what the project declares. `earlier` are sets that are known already.
 * @throws PLAN_INVALID
 */
export function checkSets(
  sets: readonly TaskSet[],
  known: Known,
  earlier: ReadonlyMap<string, TaskSet> = new Map(),
): void {
  const all = new Map(earlier);
  for (const set of sets) {
    checkSet(set, known);
    if (all.has(set.name)) throw wrong(set.name, 'exists twice');
    all.set(set.name, set);
  }
  for (const set of sets) for (const need of set.needs ?? []) checkNeed(set, need, all);
  checkGroups(all.values());
}

/**
 * The sets in an order in which each comes after those it needs; the given order is kept where it can be.
 * @throws PLAN_INVALID naming the cycle
 */
export function orderSets<T extends { readonly set: TaskSet }>(entries: readonly T[]): T[] {
  const byName = new Map(entries.map((entry) => [entry.set.name, entry]));
  const state = new Map<string, 'open' | 'done'>();
  const ordered: T[] = [];
  const visit = (entry: T, path: readonly string[]): void => {
    const name = entry.set.name;
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'open') {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' -> ');
      throw wrong(name, `needs itself through ${cycle}`);
    }
    state.set(name, 'open');
    for (const need of entry.set.needs ?? []) {
      const other = byName.get(need.set);
      if (other !== undefined && other !== entry) visit(other, [...path, name]);
    }
    state.set(name, 'done');
    ordered.push(entry);
  };
  for (const entry of entries) visit(entry, []);
  return ordered;
}
