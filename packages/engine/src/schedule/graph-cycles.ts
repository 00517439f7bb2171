import type { TaskSet } from '@orchestrate/core';
import { scheduleError } from './errors.ts';
import { sizeOf } from './graph.ts';

/**
 * Finds cycles. First among whole sets; only where sets wait for each other (or for themselves) are single tasks looked
 * at, because there `edges` may still make sense.
 */
export function checkCycles(sets: readonly TaskSet[], byName: ReadonlyMap<string, TaskSet>): void {
  const entangled = leftOver(sets, byName);
  if (entangled.length > 0) checkTasks(entangled);
}

/** Sets that are on a cycle of sets, or downstream of one. */
function leftOver(sets: readonly TaskSet[], byName: ReadonlyMap<string, TaskSet>): TaskSet[] {
  const waits = new Map<TaskSet, number>();
  const dependents = new Map<TaskSet, TaskSet[]>();
  for (const set of sets) {
    waits.set(set, 0);
    for (const need of set.needs ?? []) {
      const on = byName.get(need.set);
      if (on === undefined) continue;
      waits.set(set, (waits.get(set) ?? 0) + 1);
      const list = dependents.get(on);
      if (list === undefined) dependents.set(on, [set]);
      else list.push(set);
    }
  }
  const free = sets.filter((set) => waits.get(set) === 0);
  const sorted = new Set<TaskSet>();
  for (let set = free.pop(); set !== undefined; set = free.pop()) {
    sorted.add(set);
    for (const dependent of dependents.get(set) ?? []) {
      const left = (waits.get(dependent) ?? 0) - 1;
      waits.set(dependent, left);
      if (left === 0) free.push(dependent);
    }
  }
  return sets.filter((set) => !sorted.has(set));
}

/** One node per task of the sets that are left, and one per set that stands for the whole of it. */
class TaskGraph {
  readonly #firsts = new Map<string, number>();
  readonly #sets: readonly TaskSet[];
  readonly size: number;

  constructor(sets: readonly TaskSet[]) {
    this.#sets = sets;
    let size = 0;
    for (const set of sets) {
      this.#firsts.set(set.name, size);
      size += sizeOf(set) + 2;
    }
    this.size = size;
  }

  /** Calls `fn(node, needed)` for every edge. A set has a node "begun" before its tasks and a node "done" after them. */
  eachEdge(fn: (node: number, needed: number) => void): void {
    for (const set of this.#sets) {
      const begun = this.#firsts.get(set.name) as number;
      const size = sizeOf(set);
      const done = begun + 1 + size;
      if (size === 0) fn(done, begun);
      for (let index = 0; index < size; index += 1) {
        fn(begun + 1 + index, begun);
        fn(done, begun + 1 + index);
      }
      for (const need of set.needs ?? []) {
        const on = this.#firsts.get(need.set);
        if (on === undefined) continue;
        if (need.how === 'all' || set.expand !== undefined) {
          fn(begun, on + 1 + this.#size(need.set));
        } else if (need.how === 'aligned') {
          for (let index = 0; index < size; index += 1) fn(begun + 1 + index, on + 1 + index);
        } else {
          for (let index = 0; index < size; index += 1) {
            const end = need.offsets[index + 1] as number;
            for (let edge = need.offsets[index] as number; edge < end; edge += 1) {
              fn(begun + 1 + index, on + 1 + (need.targets[edge] as number));
            }
          }
        }
      }
    }
  }

  name(node: number): string {
    for (const set of this.#sets) {
      const index = node - (this.#firsts.get(set.name) as number) - 1;
      if (index >= 0 && index < sizeOf(set)) {
        const label = set.label(index);
        return label === '' ? set.name : `${set.name}[${label}]`;
      }
      if (index === -1 || index === sizeOf(set)) return set.name;
    }
    return '';
  }

  #size(name: string): number {
    const set = this.#sets.find((one) => one.name === name);
    return set === undefined ? 0 : sizeOf(set);
  }
}

function checkTasks(sets: readonly TaskSet[]): void {
  const graph = new TaskGraph(sets);
  const waits = new Int32Array(graph.size);
  const starts = new Int32Array(graph.size + 1);
  graph.eachEdge((node, needed) => {
    waits[node] = (waits[node] as number) + 1;
    starts[needed + 1] = (starts[needed + 1] as number) + 1;
  });
  for (let node = 0; node < graph.size; node += 1) {
    starts[node + 1] = (starts[node + 1] as number) + (starts[node] as number);
  }
  const dependents = new Int32Array(starts[graph.size] as number);
  const next = starts.slice();
  graph.eachEdge((node, needed) => {
    const at = next[needed] as number;
    dependents[at] = node;
    next[needed] = at + 1;
  });
  const queue = new Int32Array(graph.size);
  let end = 0;
  for (let node = 0; node < graph.size; node += 1) if (waits[node] === 0) queue[end++] = node;
  for (let at = 0; at < end; at += 1) {
    const node = queue[at] as number;
    for (let edge = starts[node] as number; edge < (starts[node + 1] as number); edge += 1) {
      const dependent = dependents[edge] as number;
      waits[dependent] = (waits[dependent] as number) - 1;
      if (waits[dependent] === 0) queue[end++] = dependent;
    }
  }
  if (end < graph.size) throw cycleError(graph, waits);
}

/** Every node that is left waits for another that is left: going back from any of them ends in a circle. */
function cycleError(graph: TaskGraph, waits: Int32Array): Error {
  const needs = new Map<number, number>();
  graph.eachEdge((node, needed) => {
    if ((waits[node] as number) > 0 && (waits[needed] as number) > 0) needs.set(node, needed);
  });
  let node = needs.keys().next().value ?? 0;
  const seen = new Set<number>();
  while (!seen.has(node)) {
    seen.add(node);
    node = needs.get(node) ?? node;
  }
  const path: string[] = [graph.name(node)];
  for (let at = needs.get(node) ?? node; at !== node; at = needs.get(at) ?? node) {
    const name = graph.name(at);
    if (path.at(-1) !== name) path.push(name);
  }
  if (path.length === 1 || path.at(-1) !== path[0]) path.push(path[0] as string);
  const told = path.length > 12 ? [...path.slice(0, 6), '...', ...path.slice(-5)] : path;
  return scheduleError('GRAPH_CYCLE', `tasks need each other: ${told.join(' -> ')}`, {
    details: { path: told },
  });
}
