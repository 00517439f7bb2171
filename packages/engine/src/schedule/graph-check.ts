import type { BackendTraits, Need, TaskSet } from '@orchestrate/core';
import { scheduleError } from './errors.ts';
import { type Graph, sizeOf } from './graph.ts';
import { checkCycles } from './graph-cycles.ts';
import { checkGroups } from './graph-groups.ts';

/** What a graph is checked against. */
export interface GraphSetting {
  readonly limits: Readonly<Record<string, number>>;
  readonly backends: ReadonlyMap<string, BackendTraits>;
  readonly defaultBackend: string;
  /** The graph the sets are added to, in place of the placeholder. */
  readonly known?: Graph;
  readonly placeholder?: string;
}

/**
 * Checks sets before they are made part of a run, in time linear in sets and edges.
 * @throws FlowError GRAPH_*
 */
export function checkGraph(sets: readonly TaskSet[], setting: GraphSetting): void {
  const byName = new Map<string, TaskSet>();
  for (const set of sets) {
    checkName(set, byName, setting);
    byName.set(set.name, set);
  }
  for (const set of sets) {
    checkPlace(set, setting);
    for (const need of set.needs ?? []) checkNeed(set, need, byName, setting);
  }
  checkCycles(sets, byName);
  // What is over holds no slot any more.
  const known = setting.known?.nodes.filter(({ open, isPlaceholder }) => open > 0 || isPlaceholder);
  const before = known?.map((node) => node.set) ?? [];
  checkGroups([...before, ...sets], setting.limits);
}

function checkName(
  set: TaskSet,
  byName: ReadonlyMap<string, TaskSet>,
  { known, placeholder }: GraphSetting,
): void {
  const isTaken =
    known?.findTasks(set.name) !== undefined || known?.placeholder(set.name) !== undefined;
  if (byName.has(set.name) || (isTaken && set.name !== placeholder)) {
    throw scheduleError('GRAPH_SET_DUPLICATE', `there are two tasks named ${set.name}`, {
      details: { set: set.name },
    });
  }
  if (placeholder === undefined) return;
  const isPart = set.name.startsWith(placeholder.slice(0, placeholder.indexOf('.') + 1));
  const isItself = set.name === placeholder && set.expand === undefined;
  if (isPart || isItself) return;
  throw scheduleError(
    'GRAPH_SET_DUPLICATE',
    `${placeholder} was replaced by ${set.name}: expected ${placeholder} itself or another name in its flow`,
    { details: { set: set.name, placeholder } },
  );
}

function checkPlace(set: TaskSet, { limits, backends, defaultBackend }: GraphSetting): void {
  const backend = set.backend ?? defaultBackend;
  if (!backends.has(backend)) {
    throw scheduleError(
      'GRAPH_BACKEND_UNKNOWN',
      `${set.name} is to run on ${backend}, which is not defined`,
      { details: { set: set.name, backend, known: [...backends.keys()] } },
    );
  }
  const wanted = Object.entries(set.limits ?? {});
  if (set.group?.limit !== undefined) wanted.push([set.group.limit, 1]);
  for (const [limit, slots] of wanted) {
    const capacity = limits[limit];
    if (capacity === undefined) {
      throw scheduleError(
        'GRAPH_LIMIT_UNKNOWN',
        `${set.name} needs the limit ${limit}, which is not defined`,
        { details: { set: set.name, limit, known: Object.keys(limits) } },
      );
    }
    if (slots > capacity) {
      throw scheduleError(
        'GRAPH_LIMIT_EXCEEDED',
        `${set.name} needs ${slots} of the limit ${limit}, which has ${capacity}`,
        { details: { set: set.name, limit, slots, capacity } },
      );
    }
  }
}

function checkNeed(
  set: TaskSet,
  need: Need,
  byName: ReadonlyMap<string, TaskSet>,
  { known, placeholder }: GraphSetting,
): void {
  const isOwnPlaceholder = need.set === placeholder && !byName.has(need.set);
  const on = byName.get(need.set) ?? known?.find(need.set)?.set;
  if (on === undefined || isOwnPlaceholder) {
    throw scheduleError(
      'GRAPH_SET_UNKNOWN',
      `${set.name} needs ${need.set}, which does not exist`,
      {
        details: { set: set.name, needs: need.set },
      },
    );
  }
  if (need.after === 'end' && on.expand !== undefined) {
    throw scheduleError(
      'GRAPH_SIZE_MISMATCH',
      `${set.name} waits for the end of ${need.set}, whose tasks are not known yet`,
      { details: { set: set.name, needs: need.set } },
    );
  }
  if (need.how === 'all' || set.expand !== undefined) return;
  checkSingle(set, need, byName.get(need.set) ?? known?.findTasks(need.set)?.set);
}

function checkSingle(
  set: TaskSet,
  need: Exclude<Need, { how: 'all' }>,
  on: TaskSet | undefined,
): void {
  if (on === undefined || on.expand !== undefined) {
    throw scheduleError(
      'GRAPH_SIZE_MISMATCH',
      `${set.name} needs single tasks of ${need.set}, whose tasks are not known yet`,
      { details: { set: set.name, needs: need.set } },
    );
  }
  if (need.how === 'edges') checkEdges(set, on, need);
  else if (sizeOf(on) !== sizeOf(set)) mismatch(set, need.set, sizeOf(set), sizeOf(on));
}

function checkEdges(set: TaskSet, on: TaskSet, need: Extract<Need, { how: 'edges' }>): void {
  const { offsets, targets } = need;
  if (offsets.length !== set.size + 1) mismatch(set, on.name, set.size + 1, offsets.length);
  for (let index = 0; index < set.size; index += 1) {
    if ((offsets[index] as number) > (offsets[index + 1] as number)) {
      mismatch(set, on.name, offsets[index] as number, offsets[index + 1] as number);
    }
  }
  const end = offsets[set.size] as number;
  if (end > targets.length) mismatch(set, on.name, end, targets.length);
  for (let edge = offsets[0] as number; edge < end; edge += 1) {
    if ((targets[edge] as number) >= on.size)
      mismatch(set, on.name, on.size, targets[edge] as number);
  }
}

function mismatch(set: TaskSet, on: string, expected: number, got: number): never {
  throw scheduleError(
    'GRAPH_SIZE_MISMATCH',
    `the needs of ${set.name} on ${on} do not fit: expected ${expected}, got ${got}`,
    { details: { set: set.name, needs: on, expected, got } },
  );
}
