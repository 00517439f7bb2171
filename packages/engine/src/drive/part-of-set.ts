import { hash } from 'node:crypto';
import type { Json, Need, Results, TaskSet } from '@orchestrate/core';
import { rangesOf } from '../events/ranges.ts';
import { targetsOf } from './lineage.ts';

/** Positions of the tasks that are kept of a set, in order. */
export class KeptTasks {
  /** In the whole set, ascending. */
  readonly indices: readonly number[];
  /** Number of tasks of the whole set. */
  readonly whole: number;
  readonly #positions: ReadonlyMap<number, number>;

  constructor(indices: readonly number[], whole: number) {
    this.indices = indices;
    this.whole = whole;
    this.#positions = new Map(indices.map((index, position) => [index, position]));
  }

  /** Position among those kept; `undefined` for a task that is not. */
  positionOf(index: number): number | undefined {
    return this.#positions.get(index);
  }

  has(index: number): boolean {
    return this.#positions.has(index);
  }
}

/** Sets of which only some tasks are kept. */
export type KeptSets = ReadonlyMap<string, KeptTasks>;

/**
 * Results as tasks ask for them that know the whole sets: positions are those of the whole set, and its size is the size of the
 * whole; tasks that are not there have left nothing.
 */
class WholeResults implements Results {
  readonly #inner: Results;
  readonly #kept: KeptSets;

  constructor(inner: Results, kept: KeptSets) {
    this.#inner = inner;
    this.#kept = kept;
  }

  result(set: string, index: number): Json | undefined {
    const kept = this.#kept.get(set);
    if (kept === undefined) return this.#inner.result(set, index);
    const position = kept.positionOf(index);
    return position === undefined ? undefined : this.#inner.result(set, position);
  }

  size(set: string): number {
    return this.#kept.get(set)?.whole ?? this.#inner.size(set);
  }
}

/** Results of a run in which only parts of some sets are, seen as of a run with all of them. */
export function wholeResults(inner: Results, kept: KeptSets): Results {
  return kept.size === 0 ? inner : new WholeResults(inner, kept);
}

function edges(need: Need, targets: readonly (readonly number[])[]): Need {
  const offsets = new Uint32Array(targets.length + 1);
  for (const [at, some] of targets.entries()) offsets[at + 1] = (offsets[at] ?? 0) + some.length;
  return {
    set: need.set,
    how: 'edges',
    offsets,
    targets: Uint32Array.from(targets.flat()),
    ...(need.after === undefined ? {} : { after: need.after }),
  };
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((index, at) => index === other[at]);
}

/** The need of some tasks, or of all, of a set on another, or on what is kept of it. Targets that are not kept are left out. */
function narrowed(
  need: Need,
  own: readonly number[] | undefined,
  other: KeptTasks | undefined,
): Need {
  if (need.how === 'all' || (own === undefined && other === undefined)) return need;
  if (need.how === 'aligned' && own !== undefined && isSame(own, other?.indices ?? [])) return need;
  const size = need.how === 'edges' ? need.offsets.length - 1 : (other?.whole ?? 0);
  const indices = own ?? Array.from({ length: size }, (_, index) => index);
  const targets = indices.map((index) => targetsOf(need, index));
  if (other === undefined) return edges(need, targets);
  return edges(
    need,
    targets.map((some) => some.flatMap((target) => other.positionOf(target) ?? [])),
  );
}

/** Digests stay short however many tasks are kept. */
const LONGEST_LIST = 60;

function digestOf(set: TaskSet, indices: readonly number[]): string {
  const list = JSON.stringify(rangesOf(indices));
  return `${set.digest}#${list.length > LONGEST_LIST ? hash('sha256', list, 'hex') : list}`;
}

/** What is kept of a plan around one set. */
export interface PartTerms {
  /** Tasks of the set itself; `undefined`: all of them. */
  readonly own?: readonly number[];
  /** The sets of which only some tasks are kept. */
  readonly kept: KeptSets;
  /** Whether a need goes on being one. Default: every one. */
  readonly keeps?: (need: Need) => boolean;
  /** Whether its tasks stay in their group. */
  readonly inGroup: boolean;
}

/**
 * The part of a set that was asked for: the same labels, specs and fingerprints, so that finished work is still recognised;
 * its needs are those on what is there.
 */
export function partOf(set: TaskSet, { own, kept, keeps, inGroup }: PartTerms): TaskSet {
  const needs = (set.needs ?? [])
    .filter((need) => keeps?.(need) ?? true)
    .map((need) => narrowed(need, own, kept.get(need.set)));
  const at = (index: number): number => (own === undefined ? index : (own[index] ?? 0));
  const { parameters, when } = set;
  return Object.create(set, {
    needs: { value: needs, enumerable: true },
    spec: {
      value: (index: number, results: Results) => set.spec(at(index), wholeResults(results, kept)),
    },
    ...(own === undefined
      ? {}
      : {
          size: { value: own.length, enumerable: true },
          digest: { value: digestOf(set, own), enumerable: true },
          label: { value: (index: number) => set.label(at(index)) },
        }),
    ...(parameters === undefined
      ? {}
      : { parameters: { value: (index: number) => set.parameters?.(at(index)) ?? {} } }),
    ...(when === undefined
      ? {}
      : {
          when: {
            value: (index: number, results: Results) =>
              set.when?.(at(index), wholeResults(results, kept)),
          },
        }),
    ...(inGroup ? {} : { group: { value: undefined } }),
  }) as TaskSet;
}
