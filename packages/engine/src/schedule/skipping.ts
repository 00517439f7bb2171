import type { Fact } from '../events/fact.ts';
import { rangesOf } from '../events/ranges.ts';
import { FAILED, isFinalCode, PENDING } from './codes.ts';
import type { SetNode } from './graph.ts';
import { IS_DOOMED } from './task-table.ts';
import type { Turn } from './turn.ts';

/**
 * Finds everything downstream of what will never be done. With stacks of its own rather than recursion: a chain may be a
 * million tasks long. Every task and every edge is visited once in a run.
 */
class Downstream {
  readonly #turn: Turn;
  readonly #tasks: number[] = [];
  readonly #sets: SetNode[] = [];
  readonly found: number[] = [];

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  fromTask(task: number): void {
    this.#tasks.push(task);
    this.#run();
  }

  fromSet(node: SetNode): void {
    this.#break(node);
    this.#run();
  }

  #run(): void {
    for (;;) {
      const task = this.#tasks.pop();
      if (task !== undefined) {
        this.#visit(task);
        continue;
      }
      const node = this.#sets.pop();
      if (node === undefined) return;
      for (let one = node.first; one < node.first + node.size; one += 1) this.#doom(one);
      this.#break(node);
    }
  }

  #visit(task: number): void {
    const node = this.#turn.run.nodeOf(task);
    const index = task - node.first;
    for (const { to, offsets, targets, isForEnd } of node.links) {
      if (isForEnd) continue;
      if (offsets === undefined || targets === undefined) {
        this.#doom(to.first + index);
        continue;
      }
      const end = offsets[index + 1] as number;
      for (let edge = offsets[index] as number; edge < end; edge += 1) {
        this.#doom(to.first + (targets[edge] as number));
      }
    }
    this.#break(node);
  }

  #doom(task: number): void {
    const { tasks } = this.#turn.run;
    if (tasks.state[task] !== PENDING || tasks.has(task, IS_DOOMED)) return;
    tasks.set(task, IS_DOOMED);
    this.found.push(task);
    this.#tasks.push(task);
  }

  /** The set will never be done, nor what waits for the whole of it, nor the placeholder it is a part of. */
  #break(from: SetNode): void {
    for (let node: SetNode | undefined = from; node !== undefined; node = node.parent) {
      if (node.isBroken) return;
      node.isBroken = true;
      this.#turn.run.readiness.expandable.delete(node);
      this.#turn.run.readiness.unexpanded.delete(node);
      for (const waiting of node.barriers) {
        if (waiting.isDoomed) continue;
        waiting.isDoomed = true;
        this.#sets.push(waiting);
      }
    }
  }
}

/** States that everything downstream of a task that failed, was cancelled or was skipped will not run. */
export function skipDependents(turn: Turn, because: number): void {
  const downstream = new Downstream(turn);
  downstream.fromTask(because);
  const notNeeded = turn.run.notNeeded.has(because);
  state(turn, downstream.found, { because, ...(notNeeded ? { notNeeded } : {}) });
}

/** States that tasks, and everything downstream of them, are not needed. */
export function skipNotNeeded(turn: Turn, tasks: number[]): void {
  if (tasks.length === 0) return;
  state(turn, tasks, { because: -1, notNeeded: true });
  for (const task of tasks) skipDependents(turn, task);
}

/** The same for a placeholder that could not be replaced. */
export function skipAfterPlaceholder(turn: Turn, node: SetNode): void {
  const downstream = new Downstream(turn);
  downstream.fromSet(node);
  state(turn, downstream.found, { because: -1, placeholder: node.set.name });
}

/** After a replay, or when sets were added: skips what is downstream of earlier failures. Looks at every task once. */
export function skipAllDoomed(turn: Turn): void {
  const { tasks, graph, readiness } = turn.run;
  for (const node of graph.nodes) {
    node.isBroken = false;
    node.isDoomed = false;
  }
  for (const node of readiness.unexpandable) skipAfterPlaceholder(turn, node);
  for (let task = 0; task < tasks.count; task += 1) {
    const state = tasks.state[task] as number;
    if (isFinalCode(state) && state >= FAILED) skipDependents(turn, task);
  }
}

type Why = Omit<Extract<Fact, { type: 'skipped' }>, 'type' | 'tasks'>;

function state(turn: Turn, found: readonly number[], why: Why): void {
  if (found.length === 0) return;
  turn.emit({ type: 'skipped', tasks: rangesOf(Int32Array.from(found).sort()), ...why });
}
