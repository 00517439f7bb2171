import { hash } from 'node:crypto';
import type { Need, TaskSet } from '@orchestrate/core';
import { OutputIndex, readsFrom } from './output-index.ts';
import type { RegisteredSet } from './task-registry.ts';

/** What is known of the tasks that others need. */
export interface Ancestry {
  /** The sets a need means, placeholders resolved, in order. */
  partsOf(set: string): readonly RegisteredSet[];
  /** Fingerprint of a task; `undefined` when nobody knows what it was. */
  print(entry: RegisteredSet, index: number): string | undefined;
  /** Digest over the fingerprints of a whole set, in order; `undefined` when one of them is not known. */
  identity(entry: RegisteredSet): string | undefined;
  /** Addresses of what a task leaves, in their one form. */
  outputs(entry: RegisteredSet, index: number): readonly string[];
}

/** What a task is made of beside its spec and its inputs. */
export interface Descent {
  /** Goes into the fingerprint; '' for a task that everything it needs reaches by inputs or results. `undefined`: not known. */
  readonly text: string | undefined;
  /** Needed sets that are part of the text. */
  readonly sets: readonly string[];
}

const NONE: Descent = { text: '', sets: [] };

type Edges = Extract<Need, { readonly how: 'edges' }>;

/** The latest answer for a set with one need on single tasks. */
interface LastSingle {
  readonly need: Edges;
  readonly entry: RegisteredSet | undefined;
  readonly prints: (string | undefined)[];
  descent: Descent;
}

/** Characters of a digest over fingerprints that are kept. */
const IDENTITY_LENGTH = 24;

/** Digest over fingerprints, joined in order. */
export function identityOf(prints: Uint8Array | string): string {
  return hash('sha256', prints, 'base64').slice(0, IDENTITY_LENGTH);
}

/** Needs that tell apart what a task descends from: one that names single tasks says more than a barrier on the same set. */
export function distinctNeeds(set: TaskSet): readonly Need[] {
  // Waiting for an end is a matter of order: what came of the others is not part of what this is.
  const needs = (set.needs ?? []).filter(({ after }) => after !== 'end');
  if (needs.length < 2) return needs;
  const single = new Set(needs.flatMap((need) => (need.how === 'all' ? [] : [need.set])));
  const seen = new Set<string>();
  const distinct = needs.filter((need) => {
    if (need.how !== 'all') return true;
    if (single.has(need.set) || seen.has(need.set)) return false;
    seen.add(need.set);
    return true;
  });
  return distinct.sort((a, b) => (a.set < b.set ? -1 : a.set > b.set ? 1 : 0));
}

/** Positions of the tasks of `need.set` that task `index` waits for. */
export function targetsOf(need: Exclude<Need, { how: 'all' }>, index: number): readonly number[] {
  if (need.how === 'aligned') return [index];
  return [...need.targets.subarray(need.offsets[index], need.offsets[index + 1])];
}

/**
 * What tasks descend from. A task that only waits for others, without declaring an input from them or asking for their
 * results, may read anything they left behind; so what those others were is part of what it is. Where it declares its
 * inputs, their content decides instead.
 */
export class Lineage {
  readonly #ancestry: Ancestry;
  readonly #needs = new WeakMap<TaskSet, readonly Need[]>();
  readonly #indexes = new Map<string, OutputIndex>();
  readonly #parts = new Map<string, readonly RegisteredSet[]>();
  #lastSingle: LastSingle | undefined;
  /** Of sets that wait for whole others: the same for all tasks that read and use nothing. */
  readonly #barriers = new WeakMap<TaskSet, Descent>();

  constructor(ancestry: Ancestry) {
    this.#ancestry = ancestry;
  }

  needsOf(set: TaskSet): readonly Need[] {
    let needs = this.#needs.get(set);
    if (needs === undefined) {
      needs = distinctNeeds(set);
      this.#needs.set(set, needs);
    }
    return needs;
  }

  /** `inputs`: addresses in their one form. `used`: sets whose results the spec, or the expansion it came from, was made with. */
  of(set: TaskSet, index: number, inputs: readonly string[], used: ReadonlySet<string>): Descent {
    const needs = this.needsOf(set);
    if (needs.length === 0) return NONE;
    const readsNothing = inputs.length === 0 && used.size === 0;
    const [need] = needs;
    if (readsNothing && needs.length === 1 && need?.how === 'edges') return this.#last(need, index);
    if (!readsNothing || needs.some(({ how }) => how !== 'all')) {
      return this.#descent(needs, index, inputs, used);
    }
    let descent = this.#barriers.get(set);
    if (descent === undefined) {
      descent = this.#descent(needs, index, inputs, used);
      this.#barriers.set(set, descent);
    }
    return descent;
  }

  /** Asked when a task is ready: by then everything it waits for is what it will be. */
  #partsOf(name: string): readonly RegisteredSet[] {
    let parts = this.#parts.get(name);
    if (parts === undefined) {
      parts = this.#ancestry.partsOf(name);
      this.#parts.set(name, parts);
    }
    return parts;
  }

  /** For sets with one need on single tasks, which are common and large: the same answer again where nothing differs. */
  #last(need: Edges, index: number): Descent {
    let last = this.#lastSingle;
    if (last?.need !== need) {
      const [entry] = this.#partsOf(need.set);
      last = { need, entry, prints: [], descent: NONE };
      this.#lastSingle = last;
    }
    const { offsets, targets } = need;
    const { entry, prints } = last;
    const first = offsets[index] ?? 0;
    const count = (offsets[index + 1] ?? 0) - first;
    if (entry === undefined) return { text: undefined, sets: [need.set] };
    let isSame = prints.length === count;
    prints.length = count;
    for (let at = 0; at < count; at += 1) {
      const print = this.#ancestry.print(entry, targets[first + at] ?? 0);
      if (print === undefined) {
        this.#lastSingle = undefined;
        return { text: undefined, sets: [need.set] };
      }
      if (prints[at] === print) continue;
      prints[at] = print;
      isSame = false;
    }
    if (!isSame) {
      const text = `\n${need.set} ${prints.join('')}`;
      last.descent = count === 0 ? NONE : { text, sets: [need.set] };
    }
    return last.descent;
  }

  #descent(
    needs: readonly Need[],
    index: number,
    inputs: readonly string[],
    used: ReadonlySet<string>,
  ): Descent {
    let text: string | undefined = '';
    const sets: string[] = [];
    for (const need of needs) {
      if (this.#isCovered(need, index, inputs, used)) continue;
      const from = this.#fromNeed(need, index);
      if (from === '') continue;
      sets.push(need.set);
      text = text === undefined || from === undefined ? undefined : `${text}\n${need.set} ${from}`;
    }
    return sets.length === 0 ? NONE : { text, sets };
  }

  #fromNeed(need: Need, index: number): string | undefined {
    const parts = this.#partsOf(need.set);
    if (need.how === 'all') return this.identity(parts);
    const [entry] = parts;
    if (entry === undefined) return undefined;
    if (need.how === 'aligned') return this.#ancestry.print(entry, index);
    const { offsets, targets } = need;
    const end = offsets[index + 1] ?? 0;
    let text = '';
    for (let edge = offsets[index] ?? 0; edge < end; edge += 1) {
      const print = this.#ancestry.print(entry, targets[edge] ?? 0);
      if (print === undefined) return undefined;
      text += print;
    }
    return text;
  }

  /** Digest over all fingerprints of some sets. */
  identity(parts: readonly RegisteredSet[]): string | undefined {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return this.#ancestry.identity(only);
    let text = '';
    for (const part of parts) {
      const identity = this.#ancestry.identity(part);
      if (identity === undefined) return undefined;
      text += identity;
    }
    return identityOf(text);
  }

  #isCovered(
    need: Need,
    index: number,
    inputs: readonly string[],
    used: ReadonlySet<string>,
  ): boolean {
    if (inputs.length === 0 && used.size === 0) return false;
    const parts = this.#partsOf(need.set);
    if (used.size > 0) {
      if (used.has(need.set) || parts.some(({ record }) => used.has(record.name))) return true;
    }
    if (inputs.length === 0 || !parts.some(({ set }) => set?.hasOutputs !== false)) return false;
    if (need.how === 'all') {
      const outputs = this.#index(need.set, parts);
      return inputs.some((input) => outputs.feeds(input));
    }
    const [entry] = parts;
    if (entry === undefined) return false;
    return targetsOf(need, index).some((target) =>
      this.#ancestry
        .outputs(entry, target)
        .some((output) => inputs.some((input) => readsFrom(input, output))),
    );
  }

  #index(name: string, parts: readonly RegisteredSet[]): OutputIndex {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = new OutputIndex();
      for (const entry of parts) {
        if (entry.set?.hasOutputs === false) continue;
        for (let at = 0; at < entry.size; at += 1) {
          for (const output of this.#ancestry.outputs(entry, at)) index.add(output);
        }
      }
      this.#indexes.set(name, index);
    }
    return index;
  }
}
