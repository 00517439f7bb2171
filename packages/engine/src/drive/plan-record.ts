import type { JsonObject, RunId } from '@orchestrate/core';
import type { Plan, PlannedSet } from '../plan/plan-types.ts';

/** Tasks whose parameters are kept beside the journal; beyond that, their labels have to do. */
const MOST_PARAMETERS = 20_000;

function setRecord({ flow, set, backend }: PlannedSet): object {
  return {
    flow,
    name: set.name,
    backend,
    digest: set.digest,
    tasks: set.expand === undefined ? set.size : null,
    needs: (set.needs ?? []).map((need) => ({ set: need.set, how: need.how })),
    ...(set.check !== undefined ? { always: 'check' } : {}),
    ...(set.check === undefined && set.reuse === false ? { always: 'reuse' } : {}),
    ...(set.group === undefined ? {} : { group: set.group }),
    ...(set.limits === undefined ? {} : { limits: set.limits }),
  };
}

/** What is written as `plan.json`: the graph of a run and the slots of its limits, for people and for a later look. */
export function planRecord(
  plan: Plan,
  run: RunId,
  limits: Readonly<Record<string, number>>,
): object {
  return {
    run,
    name: plan.name,
    digest: plan.digest,
    tasks: plan.tasks,
    limits,
    sets: plan.sets.map(setRecord),
  };
}

/** What is written as `parameters.json`: set -> parameters of its tasks, as far as there is room for them. */
export function parametersRecord(plan: Plan): Readonly<Record<string, readonly JsonObject[]>> {
  const record: Record<string, readonly JsonObject[]> = {};
  let left = MOST_PARAMETERS;
  for (const { set } of plan.sets) {
    const { parameters, size, expand } = set;
    if (parameters === undefined || expand !== undefined || size > left) continue;
    const rows = Array.from({ length: size }, (_, index) => set.parameters?.(index) ?? {});
    if (rows.every((row) => Object.keys(row).length === 0)) continue;
    record[set.name] = rows;
    left -= size;
  }
  return record;
}
