import type { Lane, SetNode } from './graph.ts';
import { Heap } from './heap.ts';
import type { Limits } from './limits.ts';
import { IS_PREPARED, type TaskTable } from './task-table.ts';

/** Higher priority first, then groups that are open already, then the order of the graph. */
function ahead(a: Lane, b: Lane): boolean {
  if (a.node.priority !== b.node.priority) return a.node.priority > b.node.priority;
  if (a.open !== b.open) return a.open;
  return a.node.index < b.node.index;
}

/**
 * Ready tasks by backend, in the order in which they start. A lane whose limit is full is parked at that limit and looked
 * at again only when the limit has room: being blocked costs nothing. What is first at a limit keeps its place there,
 * so that a task which needs many slots is not starved by tasks that need one.
 */
export class ReadyLanes {
  readonly #active = new Map<string, Heap<Lane>>();
  /** By limit, then by backend: a backend that is down must not hold up others at a limit they share. */
  readonly #parked = new Map<number, Map<string, Heap<Lane>>>();
  /** Sets with ready tasks that have to be looked at first. */
  readonly unlooked = new Set<SetNode>();
  #pass = 0;
  readonly #queued = new Map<string, number>();
  readonly #tasks: TaskTable;
  readonly #limits: Limits;

  constructor(tasks: TaskTable, limits: Limits) {
    this.#tasks = tasks;
    this.#limits = limits;
  }

  /** Ready tasks of a backend; now and then a few too many, because dropped tasks leave their queue late. */
  queued(backend: string): number {
    return this.#queued.get(backend) ?? 0;
  }

  push(node: SetNode, first: number, last: number): void {
    const group = node.group;
    if (group === undefined) {
      this.#pushTo(node.freshLane, first, last);
      return;
    }
    for (let task = first; task <= last; task += 1) {
      const isOpen = group.isOpen[task - node.first] === 1;
      this.#pushTo(isOpen ? node.openLane : node.freshLane, task, task);
    }
  }

  /** A member has opened: its other ready tasks must not stand behind members that wait for a slot. */
  memberOpened(node: SetNode, member: number): void {
    for (const other of node.group?.sets ?? []) {
      const task = other.first + member;
      if (other === node || !this.#tasks.isReady(task)) continue;
      if (other.needsLook && !this.#tasks.has(task, IS_PREPARED)) continue;
      this.#pushTo(other.openLane, task, task);
    }
  }

  /** The lane that may start next on a backend, with only startable tasks in front. */
  top(backend: string): Lane | undefined {
    const heap = this.#active.get(backend);
    for (;;) {
      const lane = heap?.peek();
      if (lane === undefined) return undefined;
      while (lane.queue.length > 0 && !this.#tasks.isReady(lane.queue.peek())) this.pop(lane);
      if (lane.queue.length > 0) return lane;
      heap?.pop();
      lane.where = 'idle';
      this.#passOn(lane);
    }
  }

  pop(lane: Lane): number {
    const task = lane.queue.pop();
    this.#add(lane.node.backend, -1);
    return task;
  }

  /** Takes the top lane of a backend out of the way until the limit has room. */
  park(lane: Lane, limit: number): void {
    this.#active.get(lane.node.backend)?.pop();
    lane.where = 'parked';
    lane.parkedIn = this.#pass;
    let byBackend = this.#parked.get(limit);
    if (byBackend === undefined) {
      byBackend = new Map();
      this.#parked.set(limit, byBackend);
    }
    heapOf(byBackend, lane.node.backend).push(lane);
    this.#passOn(lane, limit);
  }

  /** Whether a lane that comes before this one waits for the limit. */
  isQueueJump(lane: Lane, limit: number): boolean {
    const first = this.#parked.get(limit)?.get(lane.node.backend)?.peek();
    return first !== undefined && ahead(first, lane);
  }

  /** Begins a look for tasks to start, during which room only shrinks: nobody has to be tried twice. */
  beginPass(): void {
    this.#pass += 1;
  }

  /** Brings back as many lanes as can possibly use what became free. */
  unpark(): void {
    for (const limit of this.#limits.takeFreed()) {
      for (const heap of this.#parked.get(limit)?.values() ?? []) {
        for (let free = this.#limits.free(limit); free > 0; free -= 1) {
          const lane = heap.peek();
          if (lane === undefined || lane.parkedIn === this.#pass) break;
          heap.pop();
          this.#activate(lane);
        }
      }
    }
  }

  /** A lane that leaves without having used the room at its limits makes way for those behind it. */
  #passOn(lane: Lane, except = -1): void {
    for (const lease of lane.node.leases) {
      if (lease.limit !== except) this.#limits.give(lease.limit, 0);
    }
    const slot = lane.node.group?.limit ?? -1;
    if (slot >= 0 && slot !== except && !lane.open) this.#limits.give(slot, 0);
  }

  #pushTo(lane: Lane, first: number, last: number): void {
    lane.queue.pushRange(first, last);
    this.#add(lane.node.backend, last - first + 1);
    if (lane.where === 'idle') this.#activate(lane);
  }

  #activate(lane: Lane): void {
    lane.where = 'active';
    heapOf(this.#active, lane.node.backend).push(lane);
  }

  #add(backend: string, count: number): void {
    this.#queued.set(backend, (this.#queued.get(backend) ?? 0) + count);
  }
}

function heapOf(heaps: Map<string, Heap<Lane>>, backend: string): Heap<Lane> {
  let heap = heaps.get(backend);
  if (heap === undefined) {
    heap = new Heap(ahead);
    heaps.set(backend, heap);
  }
  return heap;
}
