import { PENDING, READY } from './codes.ts';
import type { Graph, GroupNode, SetNode } from './graph.ts';
import type { Limits } from './limits.ts';
import type { ReadyLanes } from './ready-lanes.ts';
import { IS_PREPARED, type TaskTable } from './task-table.ts';

/** What becomes ready when something is done: counts needs down, opens sets, closes groups. Part of the fold. */
export class Readiness {
  /** Placeholders whose needs are done and that are not replaced yet. */
  readonly expandable = new Set<SetNode>();
  /** Placeholders that may still be replaced. */
  readonly unexpanded = new Set<SetNode>();
  /** Placeholders that could not be replaced. */
  readonly unexpandable = new Set<SetNode>();
  readonly #tasks: TaskTable;
  readonly #graph: Graph;
  readonly #lanes: ReadyLanes;
  readonly #limits: Limits;

  constructor(tasks: TaskTable, graph: Graph, lanes: ReadyLanes, limits: Limits) {
    this.#tasks = tasks;
    this.#graph = graph;
    this.#lanes = lanes;
    this.#limits = limits;
  }

  /** Sets became known; `parent` is the placeholder they replace. */
  added(nodes: readonly SetNode[], parent: SetNode | undefined): void {
    for (const node of nodes) if (node.isPlaceholder) this.unexpanded.add(node);
    if (parent !== undefined) {
      parent.isExpanded = true;
      parent.left = nodes.length;
      this.expandable.delete(parent);
      this.unexpanded.delete(parent);
    }
    const done: SetNode[] = parent?.left === 0 ? [parent] : [];
    for (const node of nodes) if (node.waits === 0 && !node.isOpened) this.#open(node, done);
    this.#allDone(done);
  }

  expansionFailed(placeholder: string): void {
    const node = this.#graph.placeholder(placeholder);
    if (node === undefined) return;
    this.expandable.delete(node);
    this.unexpanded.delete(node);
    this.unexpandable.add(node);
  }

  isUnblocked(task: number): boolean {
    const node = this.#graph.node(this.#tasks.setOf[task] as number);
    return this.#tasks.unmet[task] === 0 && node.waits === 0;
  }

  makeReady(task: number): void {
    this.#tasks.move(task, READY);
    this.enqueue(task);
  }

  /** Puts a ready task where it is found when there is room for it. */
  enqueue(task: number): void {
    const node = this.#graph.node(this.#tasks.setOf[task] as number);
    if (node.needsLook && !this.#tasks.has(task, IS_PREPARED)) {
      node.unlooked.push(task);
      this.#lanes.unlooked.add(node);
    } else this.#lanes.push(node, task, task);
  }

  /** A task is done: those that wait for it may be ready, and its set may be done. */
  done(task: number): void {
    const node = this.#graph.node(this.#tasks.setOf[task] as number);
    const index = task - node.first;
    this.#follow(node, index, false);
    node.left -= 1;
    this.ended(task);
    if (node.left === 0) this.#allDone([node]);
  }

  /** A task is over, one way or the other: what waits for its end may be ready, and its group may give its slot back. */
  ended(task: number): void {
    const node = this.#graph.node(this.#tasks.setOf[task] as number);
    node.open -= 1;
    this.#follow(node, task - node.first, true);
    this.#leaveGroup(node, task);
    if (node.open > 0 || node.endBarriers.length === 0) return;
    const done: SetNode[] = [];
    for (const waiting of node.endBarriers) {
      waiting.waits -= 1;
      if (waiting.waits === 0) this.#open(waiting, done);
    }
    this.#allDone(done);
  }

  /** Counts down the needs of the tasks that wait for one task: for its end, or for its success. */
  #follow(node: SetNode, index: number, isForEnd: boolean): void {
    for (const { to, offsets, targets, isForEnd: waitsForEnd } of node.links) {
      if (waitsForEnd !== isForEnd) continue;
      if (offsets === undefined || targets === undefined) {
        this.#meet(to, to.first + index);
        continue;
      }
      const end = offsets[index + 1] as number;
      for (let edge = offsets[index] as number; edge < end; edge += 1) {
        this.#meet(to, to.first + (targets[edge] as number));
      }
    }
  }

  /** The last task of a group's member gives the slot back. */
  #leaveGroup(node: SetNode, task: number): void {
    const group = node.group;
    if (group === undefined) return;
    const member = task - node.first;
    group.left[member] = (group.left[member] as number) - 1;
    if (group.left[member] !== 0 || group.isOpen[member] !== 1) return;
    group.isOpen[member] = 0;
    if (group.limit >= 0) this.#limits.give(group.limit, 1);
  }

  openMember(node: SetNode, group: GroupNode, member: number): void {
    if (group.isOpen[member] === 1) return;
    group.isOpen[member] = 1;
    if (group.limit >= 0) this.#limits.take(group.limit, 1);
    this.#lanes.memberOpened(node, member);
  }

  #meet(node: SetNode, task: number): void {
    const unmet = (this.#tasks.unmet[task] as number) - 1;
    this.#tasks.unmet[task] = unmet;
    if (unmet === 0 && node.waits === 0 && this.#tasks.state[task] === PENDING) {
      this.makeReady(task);
    }
  }

  /** Everything that follows from sets being done, without recursion: chains of sets may be long. */
  #allDone(nodes: SetNode[]): void {
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      if (node.isDone) continue;
      node.isDone = true;
      for (const waiting of node.barriers) {
        waiting.waits -= 1;
        if (waiting.waits === 0) this.#open(waiting, nodes);
      }
      const parent = node.parent;
      if (parent !== undefined) {
        parent.left -= 1;
        if (parent.left === 0) nodes.push(parent);
      }
    }
  }

  #open(node: SetNode, done: SetNode[]): void {
    node.isOpened = true;
    if (node.isPlaceholder) {
      if (this.unexpanded.has(node)) this.expandable.add(node);
    } else if (node.size === 0) done.push(node);
    else if (node.hasSingleNeeds || this.#hasEnded(node)) this.#openSome(node);
    else {
      this.#tasks.readyAll(node.index, node.first, node.size);
      if (node.needsLook) {
        node.unlooked.pushRange(node.first, node.first + node.size - 1);
        this.#lanes.unlooked.add(node);
      } else this.#lanes.push(node, node.first, node.first + node.size - 1);
    }
  }

  /** Whether some of its tasks are over (cancelled) before it could begin. */
  #hasEnded(node: SetNode): boolean {
    return this.#tasks.pendingIn(node.index) !== node.size;
  }

  #openSome(node: SetNode): void {
    for (let task = node.first; task < node.first + node.size; task += 1) {
      if (this.#tasks.unmet[task] === 0 && this.#tasks.state[task] === PENDING) {
        this.makeReady(task);
      }
    }
  }
}
