import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@orchestrate/core';

/** A set as it was planned. */
export interface SetPlan {
  readonly name: string;
  readonly flow: string;
  /** The chain it belongs to: task i of each of its sets is in member i. */
  readonly group?: { readonly name: string; readonly limit?: string };
  /** Limit -> slots that a running task holds. */
  readonly limits?: Readonly<Record<string, number>>;
  /** By index; absent where there are none, or too many to be kept. */
  readonly parameters?: readonly JsonObject[];
}

/** The graph of a run as it was planned. */
export interface RunPlan {
  /** Slots of every limit. */
  readonly limits: Readonly<Record<string, number>>;
  readonly sets: readonly SetPlan[];
}

const NOTHING: RunPlan = { limits: {}, sets: [] };

function readJson(folder: string, name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** What is kept of the plan in the folder of a run; a folder that was cleaned has nothing to tell. */
export function readRunPlan(folder: string): RunPlan {
  const plan = readJson(folder, 'plan.json') as Partial<RunPlan> | undefined;
  if (plan === undefined) return NOTHING;
  const parameters = (readJson(folder, 'parameters.json') ?? {}) as Readonly<
    Record<string, readonly JsonObject[]>
  >;
  const sets = (plan.sets ?? []).map((set) => {
    const known = parameters[set.name];
    return known === undefined ? set : { ...set, parameters: known };
  });
  return { limits: plan.limits ?? {}, sets };
}
