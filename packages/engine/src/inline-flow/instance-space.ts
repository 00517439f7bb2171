import type { Need } from '@orchestrate/core';

/** Most edges that are written out one by one; beyond, a barrier is the better bargain. */
const MAX_EDGES = 5_000_000;

/** One dimension of a task's instances. Equal identities promise the same values in the same order. */
export interface Level {
  readonly identity: string;
  readonly size: number;
}

/** The innermost dimension: the items of `each`, the same for all or a list for every combination of the levels. */
export interface Items {
  readonly identity: string;
  readonly values: readonly unknown[];
  /** Where the items of each combination begin in `values`, and the end; absent when all have the same. */
  readonly offsets?: Uint32Array;
}

/** Position of the last entry that is not greater than the number. */
function lastNotAbove(sorted: Uint32Array, number: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((sorted[middle] ?? 0) <= number) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Number of entries below the number. */
function countBelow(sorted: Uint32Array, number: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Which instances a task has: all combinations of its levels, innermost fastest, without those that `when` takes away.
 * Instances are numbers; nothing is kept per instance but, when some are taken away, the numbers of the others.
 */
export class InstanceSpace {
  readonly levels: readonly Level[];
  readonly items: Items | undefined;
  readonly size: number;
  /** Identities from the outermost dimension to the innermost. */
  readonly identities: readonly string[];
  readonly #kept: Uint32Array | undefined;
  readonly #prefixes: number;

  constructor(levels: readonly Level[], items?: Items, kept?: Uint32Array) {
    this.levels = levels;
    this.items = items;
    this.#kept = kept;
    this.#prefixes = levels.reduce((product, level) => product * level.size, 1);
    this.size = kept?.length ?? this.#baseSize;
    const own = levels.map(({ identity }) => identity);
    this.identities = items === undefined ? own : [...own, items.identity];
  }

  get #baseSize(): number {
    if (this.items === undefined) return this.#prefixes;
    return this.items.offsets?.at(-1) ?? this.#prefixes * this.items.values.length;
  }

  get filtered(): boolean {
    return this.#kept !== undefined;
  }

  /** The instances for which `keep` is true. Call it on an unfiltered space. */
  filter(keep: (index: number) => boolean): InstanceSpace {
    const kept = Uint32Array.from({ length: this.size }, (_, index) => index).filter(keep);
    return kept.length === this.size ? this : new InstanceSpace(this.levels, this.items, kept);
  }

  #base(index: number): number {
    return this.#kept === undefined ? index : (this.#kept[index] ?? 0);
  }

  #prefix(base: number): number {
    const { items } = this;
    if (items === undefined) return base;
    return items.offsets === undefined
      ? Math.floor(base / items.values.length)
      : lastNotAbove(items.offsets, base);
  }

  #inner(depth: number): number {
    return this.levels.slice(depth).reduce((product, level) => product * level.size, 1);
  }

  /** Where an instance is in the product of the outermost `depth` dimensions. */
  coordinate(index: number, depth: number): number {
    if (depth === 0) return 0;
    const base = this.#base(index);
    return depth > this.levels.length ? base : Math.floor(this.#prefix(base) / this.#inner(depth));
  }

  /** The instances at a coordinate: first, and the one after the last. */
  instances(depth: number, coordinate: number): readonly [first: number, end: number] {
    const [first, end] = this.#bases(depth, coordinate);
    if (this.#kept === undefined) return [first, end];
    return [countBelow(this.#kept, first), countBelow(this.#kept, end)];
  }

  #bases(depth: number, coordinate: number): readonly [number, number] {
    if (depth > this.levels.length) return [coordinate, coordinate + 1];
    const inner = this.#inner(depth);
    const [first, end] = [coordinate * inner, (coordinate + 1) * inner];
    const { items } = this;
    if (items === undefined) return [first, end];
    if (items.offsets === undefined)
      return [first * items.values.length, end * items.values.length];
    return [items.offsets[first] ?? 0, items.offsets[end] ?? 0];
  }

  /** The item of an instance, its place in `values` and in its own list. */
  item(index: number): { readonly value: unknown; readonly place: number; readonly index: number } {
    const base = this.#base(index);
    const { items } = this;
    if (items === undefined) return { value: undefined, place: 0, index: 0 };
    if (items.offsets === undefined) {
      const place = base % items.values.length;
      return { value: items.values[place], place, index: place };
    }
    return {
      value: items.values[base],
      place: base,
      index: base - (items.offsets[this.#prefix(base)] ?? 0),
    };
  }
}

/** How many outer dimensions two tasks share. */
export function sharedDepth(one: readonly string[], other: readonly string[]): number {
  let depth = 0;
  while (depth < one.length && depth < other.length && one[depth] === other[depth]) depth += 1;
  return depth;
}

/** How a set with one space needs a set with another, when they share `depth` dimensions. */
export function needBetween(
  space: InstanceSpace,
  set: string,
  other: InstanceSpace,
  depth: number,
): Need {
  if (depth === 0) return { set, how: 'all' };
  const whole = depth === space.identities.length && depth === other.identities.length;
  if (whole && !space.filtered && !other.filtered) return { set, how: 'aligned' };
  const offsets = new Uint32Array(space.size + 1);
  let total = 0;
  for (let index = 0; index < space.size; index += 1) {
    const [first, end] = other.instances(depth, space.coordinate(index, depth));
    total += end - first;
    if (total > MAX_EDGES) return { set, how: 'all' };
    offsets[index + 1] = total;
  }
  const targets = new Uint32Array(total);
  let at = 0;
  for (let index = 0; index < space.size; index += 1) {
    const [first, end] = other.instances(depth, space.coordinate(index, depth));
    for (let target = first; target < end; target += 1) {
      targets[at] = target;
      at += 1;
    }
  }
  return { set, how: 'edges', offsets, targets };
}
