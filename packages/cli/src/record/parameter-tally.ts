import type { Json, JsonObject } from '@orchestrate/core';

/** Values of one parameter that the metadata name; `run.json` has the value of every task. */
export const MOST_VALUES = 100;

/** A parameter of a flow and what was given for it. */
export interface ParameterValues {
  readonly flow: string;
  readonly name: string;
  /** Distinct, first come first, at most {@link MOST_VALUES}. */
  readonly values: readonly Json[];
  /** Whether there were more. */
  readonly hasMore: boolean;
}

interface Seen {
  readonly flow: string;
  readonly name: string;
  readonly values: Map<string, Json>;
  hasMore: boolean;
}

/** Collects the distinct values of the parameters of flows. */
export class ParameterTally {
  readonly #seen = new Map<string, Seen>();

  add(flow: string, parameters: JsonObject): void {
    for (const [name, value] of Object.entries(parameters)) {
      const key = `${flow}\n${name}`;
      let seen = this.#seen.get(key);
      if (seen === undefined) {
        seen = { flow, name, values: new Map(), hasMore: false };
        this.#seen.set(key, seen);
      }
      const text = JSON.stringify(value);
      if (seen.values.has(text)) continue;
      if (seen.values.size < MOST_VALUES) seen.values.set(text, value);
      else seen.hasMore = true;
    }
  }

  get parameters(): readonly ParameterValues[] {
    return [...this.#seen.values()].map(({ flow, name, values, hasMore }) => ({
      flow,
      name,
      values: [...values.values()],
      hasMore,
    }));
  }
}
