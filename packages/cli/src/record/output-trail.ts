import type { RunId } from '@orchestrate/core';
import {
  eachOf,
  type Fact,
  type History,
  type OutputRecord,
  type SetRecord,
} from '@orchestrate/engine';

/** Outputs of a task and the run that made them. */
export interface MadeOutputs {
  readonly run: RunId;
  readonly outputs: readonly OutputRecord[];
}

/** What the entries of one run tell about outputs. */
class RunOutputs {
  readonly sets = new Map<string, SetRecord>();
  readonly outputs = new Map<number, readonly OutputRecord[]>();
  /** Task -> the run it was taken from. */
  readonly from = new Map<number, RunId>();

  feed(fact: Fact): void {
    if (fact.type === 'sets-added') for (const set of fact.sets) this.sets.set(set.name, set);
    if (fact.type !== 'succeeded' && fact.type !== 'reused') return;
    for (const [task, outputs] of fact.outputs ?? []) this.outputs.set(task, outputs);
    if (fact.type === 'reused') eachOf(fact.tasks, (task) => this.from.set(task, fact.from));
  }
}

/**
 * Finds the outputs of tasks. The journal does not repeat those of work that is used again as it is: they are where the run
 * it was taken from has them, or the run before.
 */
export class OutputTrail {
  readonly #history: History;
  readonly #runs = new Map<RunId, RunOutputs>();

  constructor(history: History) {
    this.#history = history;
  }

  /** `undefined` when a reused task leads to a run that has another set of this name, or is not in the journal. */
  of(run: RunId, set: string, index: number): MadeOutputs | undefined {
    const seen = new Set<RunId>();
    const wanted = this.#outputsOf(run)?.sets.get(set)?.digest;
    for (let at = run; !seen.has(at); ) {
      seen.add(at);
      const known = this.#outputsOf(at);
      const found = known?.sets.get(set);
      if (known === undefined || found === undefined || found.digest !== wanted) return undefined;
      const task = found.first + index;
      const outputs = known.outputs.get(task);
      const from = known.from.get(task);
      if (outputs !== undefined) return { run: from ?? at, outputs };
      if (from === undefined) return { run: at, outputs: [] };
      at = from;
    }
    return undefined;
  }

  #outputsOf(run: RunId): RunOutputs | undefined {
    let known = this.#runs.get(run);
    if (known === undefined && this.#history.runs().some((line) => line.run === run)) {
      known = new RunOutputs();
      for (const { fact } of this.#history.entries(run)) known.feed(fact);
      this.#runs.set(run, known);
    }
    return known;
  }
}
