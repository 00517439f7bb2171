import type { TaskSet } from '@orchestrate/core';
import { type Lineage, targetsOf } from '../drive/lineage.ts';
import { OutputIndex, readsFrom } from '../drive/output-index.ts';
import type { RunAncestry } from '../drive/run-ancestry.ts';
import type { RegisteredSet } from '../drive/task-registry.ts';

/** Which tasks will run, and who reads what they will write. */
export class RunningOutputs {
  readonly #ancestry: RunAncestry;
  readonly #lineage: Lineage;
  readonly #running = new Map<RegisteredSet, Set<number>>();
  readonly #indexes = new Map<RegisteredSet, OutputIndex>();

  constructor(ancestry: RunAncestry, lineage: Lineage) {
    this.#ancestry = ancestry;
    this.#lineage = lineage;
  }

  add(entry: RegisteredSet, index: number): void {
    const known = this.#running.get(entry);
    if (known === undefined) this.#running.set(entry, new Set([index]));
    else known.add(index);
  }

  has(entry: RegisteredSet): boolean {
    return this.#running.has(entry);
  }

  /** Whether a task of a set will run. */
  runs(entry: RegisteredSet, index: number): boolean {
    return this.#running.get(entry)?.has(index) === true;
  }

  /** The set whose running tasks write what a task reads. */
  readBy(set: TaskSet, index: number, inputs: readonly string[]): string | undefined {
    if (inputs.length === 0) return undefined;
    for (const need of this.#lineage.needsOf(set)) {
      for (const entry of this.#ancestry.partsOf(need.set)) {
        if (!this.has(entry) || entry.set?.hasOutputs === false) continue;
        const isRead =
          need.how === 'all'
            ? inputs.some((input) => this.#index(entry).feeds(input))
            : targetsOf(need, index).some(
                (target) => this.runs(entry, target) && this.#reads(entry, target, inputs),
              );
        if (isRead) return entry.record.name;
      }
    }
    return undefined;
  }

  #reads(entry: RegisteredSet, index: number, inputs: readonly string[]): boolean {
    const outputs = this.#ancestry.outputs(entry, index);
    return outputs.some((output) => inputs.some((input) => readsFrom(input, output)));
  }

  #index(entry: RegisteredSet): OutputIndex {
    let index = this.#indexes.get(entry);
    if (index === undefined) {
      index = new OutputIndex();
      for (const at of this.#running.get(entry) ?? []) {
        for (const output of this.#ancestry.outputs(entry, at)) index.add(output);
      }
      this.#indexes.set(entry, index);
    }
    return index;
  }
}
