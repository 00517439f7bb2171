import { canonicalJson, type Results, type TaskSet, type TaskSpec } from '@orchestrate/core';

/** Sets up to this size are looked at task by task; larger ones by samples. */
const LOOKED_AT = 2_000;

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && canonicalJson(a) === canonicalJson(b));
}

/** Whether two function tasks differ in nothing that a job has only once. */
export function mayShareJob(lead: TaskSpec, spec: TaskSpec): boolean {
  return (
    lead.work.kind === 'function' &&
    spec.work.kind === 'function' &&
    lead.work.module === spec.work.module &&
    lead.work.export === spec.work.export &&
    lead.image === spec.image &&
    lead.directory === spec.directory &&
    isSame(lead.environment, spec.environment) &&
    isSame(lead.resources, spec.resources) &&
    lead.staging === spec.staging &&
    isSame(lead.backendOptions, spec.backendOptions)
  );
}

/** The spec of a task; `undefined` while it lacks results of tasks that have not run yet. */
function specSoFar(set: TaskSet, index: number, results: Results): TaskSpec | undefined {
  try {
    return set.spec(index, results);
  } catch {
    return undefined; // what is really wrong with it is told when it is its turn
  }
}

/**
 * Key under which function tasks may share a job, or `undefined` where each needs its own: commands, functions whose
 * specs differ in what a job has only once, and those of which that cannot be told yet.
 */
export function packKeyOf(set: TaskSet, results: Results): string | undefined {
  if (set.size === 0 || set.check !== undefined) return undefined;
  const lead = specSoFar(set, 0, results);
  if (lead?.work.kind !== 'function') return undefined;
  const step = Math.max(1, Math.floor(set.size / LOOKED_AT));
  for (let index = step; index < set.size; index += step) {
    const spec = specSoFar(set, index, results);
    if (spec === undefined || !mayShareJob(lead, spec)) return undefined;
  }
  const { module, export: exported } = lead.work;
  const { image, directory, environment, resources, backendOptions } = lead;
  return canonicalJson({
    module,
    exported,
    image,
    directory,
    environment,
    resources,
    backendOptions,
  });
}

/** Sets up to this size are probed task by task, larger ones by samples. */
const PROBED = 100_000;

/**
 * Whether the tasks of a set neither read nor leave anything but by what the tasks before them did in the same process: no
 * inputs or outputs to be moved, and specs that ask for no results. Only such tasks may be rendered before those they need
 * have run.
 */
export function standsAlone(set: TaskSet): boolean {
  if (set.hasInputs !== false || set.hasOutputs !== false || set.check !== undefined) return false;
  let hasAsked = false;
  const probe: Results = {
    result: () => {
      hasAsked = true;
      return null;
    },
    size: () => {
      hasAsked = true;
      return 0;
    },
  };
  const step = Math.max(1, Math.floor(set.size / PROBED));
  try {
    for (let index = 0; index < set.size && !hasAsked; index += step) set.spec(index, probe);
  } catch {
    // A spec that cannot be made without results depends on them.
    return false;
  }
  return !hasAsked;
}
