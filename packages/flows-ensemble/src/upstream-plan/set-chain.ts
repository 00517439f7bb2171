import type { Group, Need, Results, TaskSet, TaskSpec } from '@orchestrate/core';
import type { PlanTerms } from './plan-terms.ts';

/** One link of a chain of sets. */
export interface Link {
  readonly name: string;
  readonly spec: (index: number, results: Results) => TaskSpec;
  /** Its result says `{ passed: false }` when what follows is not needed. */
  readonly isGate?: boolean;
  readonly check?: TaskSet['check'];
  readonly more?: Partial<TaskSet>;
}

/** How the sets of a chain are alike. */
export interface ChainTerms {
  readonly terms: PlanTerms;
  readonly prefix: string;
  readonly size: number;
  readonly label: (index: number) => string;
  readonly group?: Group;
  readonly parameters?: TaskSet['parameters'];
  /** Whether finished work counts in later runs, also where the chain waits for others only for the sake of order. */
  readonly reuse: boolean;
}

function hasPassed(results: Results, gate: string, index: number): boolean {
  const result = results.result(gate, index);
  return typeof result === 'object' && result !== null && Reflect.get(result, 'passed') === true;
}

/** Sets that follow each other, task by task, with gates that send single tasks away. */
export class SetChain {
  readonly sets: TaskSet[] = [];
  /** Names of the gates, in order. */
  readonly gates: string[] = [];
  readonly #chain: ChainTerms;
  #needs: readonly Need[];
  #gate: { readonly set: string; readonly isWhole: boolean } | undefined;

  constructor(chain: ChainTerms, first: readonly Need[], gate?: string) {
    this.#chain = chain;
    this.#needs = first;
    // A gate of the whole batch has one task.
    this.#gate = gate === undefined ? undefined : { set: gate, isWhole: true };
  }

  /** Name of the last set; `undefined` before there is one. */
  get last(): string | undefined {
    return this.sets.at(-1)?.name;
  }

  /** What a set after this chain waits for. */
  get needs(): readonly Need[] {
    return this.#needs;
  }

  get gate(): string | undefined {
    return this.#gate?.set;
  }

  add(link: Link): string {
    const set = this.#make(link);
    this.sets.push(set);
    this.#needs = [{ set: set.name, how: 'aligned' }];
    if (link.isGate === true) {
      this.gates.push(set.name);
      this.#gate = { set: set.name, isWhole: false };
    }
    return set.name;
  }

  /** A set that waits for what came before, and for which nothing waits. */
  addAside(link: Link): void {
    this.sets.push(this.#make(link));
  }

  #make(link: Link): TaskSet {
    const { terms, prefix, size, label, group, parameters, reuse } = this.#chain;
    const name = `${prefix}.${link.name}`;
    const gate = this.#gate;
    const needs = [...this.#needs];
    // A gate may only be asked by those that wait for it.
    if (gate !== undefined && !needs.some(({ set }) => set === gate.set)) {
      needs.push({ set: gate.set, how: gate.isWhole ? 'all' : 'aligned' });
    }
    return {
      name,
      size,
      get digest() {
        return terms.context.sha256(`${terms.digest}\n${name}\n${size}`);
      },
      label,
      spec: link.spec,
      hasInputs: false,
      hasOutputs: false,
      ...(terms.stepsBackend === undefined ? {} : { backend: terms.stepsBackend }),
      ...(needs.length === 0 ? {} : { needs }),
      ...(group === undefined ? {} : { group }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(link.check === undefined ? {} : { check: link.check }),
      reuse: reuse && link.isGate !== true,
      ...(gate === undefined
        ? {}
        : {
            when: (index: number, results: Results) =>
              hasPassed(results, gate.set, gate.isWhole ? 0 : index),
          }),
      ...link.more,
    };
  }
}

/** Whether a gate has let its task `index` through. */
export const isPassed = hasPassed;
