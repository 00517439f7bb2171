import type { Need, TaskSet } from '@orchestrate/core';
import type { SetRecord } from '../events/fact.ts';
import { isDoneCode, isFinalCode } from './codes.ts';
import { RangeQueue } from './range-queue.ts';
import type { TaskTable } from './task-table.ts';

/** Tasks of set `to` that wait for single tasks of the set the link belongs to. Without arrays: i waits for i. */
interface Link {
  readonly to: SetNode;
  /** It waits for the end of the task, whatever that is, and not for its success. */
  readonly isForEnd: boolean;
  /** Who waits for task i: `targets[offsets[i]] .. targets[offsets[i + 1] - 1]`, as indices in `to`. */
  readonly offsets?: Uint32Array;
  readonly targets?: Uint32Array;
}

/** Ready tasks of a set that compete for slots together: those of open groups apart from the others. */
export interface Lane {
  readonly node: SetNode;
  /** Its tasks belong to groups that hold their slot already. */
  readonly open: boolean;
  readonly queue: RangeQueue;
  where: 'idle' | 'active' | 'parked';
  /** The pass in which it was parked last. */
  parkedIn: number;
}

/** Slots of a named limit that a job of a set holds. */
export interface Lease {
  readonly limit: number;
  readonly slots: number;
}

/** The members of all sets with one group name. */
export interface GroupNode {
  readonly name: string;
  readonly size: number;
  /** Index of the limit a slot is taken from, or -1. */
  readonly limit: number;
  readonly sets: SetNode[];
  /** Per member: tasks that are not final. */
  readonly left: Int32Array;
  /** Per member: 1 while it holds its slot. */
  readonly isOpen: Uint8Array;
}

/** A task set in the run, with what the scheduler keeps per set. */
export interface SetNode {
  readonly index: number;
  readonly set: TaskSet;
  readonly first: number;
  readonly size: number;
  readonly backend: string;
  readonly isPlaceholder: boolean;
  readonly needsLook: boolean;
  readonly parent: SetNode | undefined;
  readonly priority: number;
  readonly leases: readonly Lease[];
  readonly group: GroupNode | undefined;
  readonly links: Link[];
  /** Sets that wait for the whole of this one. */
  readonly barriers: SetNode[];
  /** Sets that wait until every task of this one is over. */
  readonly endBarriers: SetNode[];
  readonly openLane: Lane;
  readonly freshLane: Lane;
  /** Ready tasks at whose inputs and earlier results nobody looked yet. */
  readonly unlooked: RangeQueue;
  /** Whether tasks wait for single tasks; otherwise they all become ready at once. */
  hasSingleNeeds: boolean;
  /** Whole sets this one still waits for. */
  waits: number;
  /** Tasks, or sets a placeholder became, that are not done. */
  left: number;
  /** Tasks that are not over. */
  open: number;
  isOpened: boolean;
  isDone: boolean;
  /** A placeholder that became other sets. */
  isExpanded: boolean;
  /** It can never be done, because something in it failed, was cancelled or was skipped. Found out anew by every leader. */
  isBroken: boolean;
  /** Something it needs is broken. */
  isDoomed: boolean;
}

/** What {@link Graph.add} has to know beside the sets. */
export interface GraphTerms {
  readonly defaultBackend: string;
  /** Limit name -> index. */
  readonly limitIndex: ReadonlyMap<string, number>;
  /** Whether ready tasks of a set have to be looked at before they are submitted. */
  looks(set: TaskSet): boolean;
}

/** All sets of a run, numbered in the order in which they became known. */
export class Graph {
  readonly nodes: SetNode[] = [];
  readonly groups = new Map<string, GroupNode>();
  readonly #byName = new Map<string, SetNode>();
  readonly #placeholders = new Map<string, SetNode>();
  readonly #terms: GraphTerms;

  constructor(terms: GraphTerms) {
    this.#terms = terms;
  }

  node(index: number): SetNode {
    return this.nodes[index] as SetNode;
  }

  placeholder(name: string): SetNode | undefined {
    return this.#placeholders.get(name);
  }

  /** The set or placeholder a need means; a placeholder stands for all it became. */
  find(name: string, siblings?: ReadonlyMap<string, SetNode>): SetNode | undefined {
    return siblings?.get(name) ?? this.#placeholders.get(name) ?? this.#byName.get(name);
  }

  /** The set of that name itself, for needs on single tasks. */
  findTasks(name: string): SetNode | undefined {
    return this.#byName.get(name);
  }

  /** Adds checked sets with their tasks and needs, in linear time. */
  add(sets: readonly TaskSet[], tasks: TaskTable, parent?: SetNode): readonly SetNode[] {
    tasks.reserve(tasks.count + sets.reduce((sum, set) => sum + sizeOf(set), 0));
    const added = sets.map((set) => this.#addNode(set, tasks, parent));
    const siblings = new Map(added.map((node) => [node.set.name, node]));
    for (const node of added) {
      for (const need of node.set.needs ?? []) {
        if (need.how === 'all' || node.isPlaceholder) {
          const on = this.find(need.set, siblings) as SetNode;
          if (need.after === 'end') addEndBarrier(node, on);
          else addBarrier(node, on);
        } else {
          const on = siblings.get(need.set) ?? (this.findTasks(need.set) as SetNode);
          addLink(node, on, need, tasks);
        }
      }
    }
    return added;
  }

  /** What the journal says of sets. */
  record(set: TaskSet, first: number): SetRecord {
    return {
      name: set.name,
      first,
      size: sizeOf(set),
      digest: set.digest,
      backend: set.backend ?? this.#terms.defaultBackend,
      ...(set.expand === undefined ? {} : { placeholder: true }),
    };
  }

  #addNode(set: TaskSet, tasks: TaskTable, parent: SetNode | undefined): SetNode {
    const isPlaceholder = set.expand !== undefined;
    const size = sizeOf(set);
    const lane = (open: boolean): Lane => ({
      get node() {
        return node;
      },
      open,
      queue: new RangeQueue(),
      where: 'idle',
      parkedIn: -1,
    });
    const node: SetNode = {
      index: this.nodes.length,
      set,
      first: tasks.count,
      size,
      backend: set.backend ?? this.#terms.defaultBackend,
      isPlaceholder,
      needsLook: this.#terms.looks(set),
      parent,
      priority: set.priority ?? 0,
      leases: Object.entries(set.limits ?? {})
        .filter(([, slots]) => slots > 0)
        .map(([name, slots]) => ({ limit: this.#limit(name), slots })),
      group: this.#groupOf(set, size),
      links: [],
      barriers: [],
      endBarriers: [],
      openLane: lane(true),
      freshLane: lane(false),
      unlooked: new RangeQueue(),
      hasSingleNeeds: false,
      waits: 0,
      left: isPlaceholder ? 1 : size,
      open: size,
      isOpened: false,
      isDone: false,
      isExpanded: false,
      isBroken: false,
      isDoomed: false,
    };
    this.nodes.push(node);
    (isPlaceholder ? this.#placeholders : this.#byName).set(set.name, node);
    tasks.add(node.index, size);
    node.group?.sets.push(node);
    return node;
  }

  #limit(name: string): number {
    return this.#terms.limitIndex.get(name) ?? -1;
  }

  #groupOf(set: TaskSet, size: number): GroupNode | undefined {
    if (set.group === undefined || set.expand !== undefined) return undefined;
    let group = this.groups.get(set.group.name);
    if (group === undefined) {
      group = {
        name: set.group.name,
        size,
        limit: set.group.limit === undefined ? -1 : this.#limit(set.group.limit),
        sets: [],
        left: new Int32Array(size),
        isOpen: new Uint8Array(size),
      };
      this.groups.set(group.name, group);
    }
    for (let member = 0; member < size; member += 1) {
      group.left[member] = (group.left[member] as number) + 1;
    }
    return group;
  }
}

function addBarrier(node: SetNode, on: SetNode): void {
  on.barriers.push(node);
  if (!on.isDone) node.waits += 1;
}

function addEndBarrier(node: SetNode, on: SetNode): void {
  on.endBarriers.push(node);
  if (on.open > 0) node.waits += 1;
}

/** The number of tasks a set stands for by itself. */
export function sizeOf(set: TaskSet): number {
  return set.expand === undefined ? set.size : 0;
}

function addLink(
  node: SetNode,
  on: SetNode,
  need: Exclude<Need, { how: 'all' }>,
  tasks: TaskTable,
): void {
  node.hasSingleNeeds = true;
  const isForEnd = need.after === 'end';
  const isMet = isForEnd ? isFinalCode : isDoneCode;
  if (need.how === 'aligned') {
    on.links.push({ to: node, isForEnd });
    for (let index = 0; index < node.size; index += 1) {
      if (!isMet(tasks.state[on.first + index] as number)) bump(tasks.unmet, node.first + index);
    }
    return;
  }
  const { offsets, targets } = need;
  for (let index = 0; index < node.size; index += 1) {
    const end = offsets[index + 1] as number;
    for (let edge = offsets[index] as number; edge < end; edge += 1) {
      const target = on.first + (targets[edge] as number);
      if (!isMet(tasks.state[target] as number)) bump(tasks.unmet, node.first + index);
    }
  }
  on.links.push({ to: node, isForEnd, ...reversed(offsets, targets, node.size, on.size) });
}

function bump(column: Int32Array, at: number): void {
  column[at] = (column[at] as number) + 1;
}

/** Turns "i needs" into "i is needed by", by counting sort. */
function reversed(
  offsets: Uint32Array,
  targets: Uint32Array,
  size: number,
  onSize: number,
): { offsets: Uint32Array; targets: Uint32Array } {
  const starts = new Uint32Array(onSize + 1);
  const end = offsets[size] as number;
  for (let edge = offsets[0] as number; edge < end; edge += 1) {
    const at = (targets[edge] as number) + 1;
    starts[at] = (starts[at] as number) + 1;
  }
  for (let index = 0; index < onSize; index += 1) {
    starts[index + 1] = (starts[index + 1] as number) + (starts[index] as number);
  }
  const sources = new Uint32Array(starts[onSize] as number);
  const next = starts.slice(0, onSize);
  for (let index = 0; index < size; index += 1) {
    const last = offsets[index + 1] as number;
    for (let edge = offsets[index] as number; edge < last; edge += 1) {
      const target = targets[edge] as number;
      const slot = next[target] as number;
      sources[slot] = index;
      next[target] = slot + 1;
    }
  }
  return { offsets: starts, targets: sources };
}
