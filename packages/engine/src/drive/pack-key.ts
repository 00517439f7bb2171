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
    isSame(lead.backendOptions, spec.backendOptions)
  );
}

/**
 * Key under which function tasks may share a job, or `undefined` where each needs its own: commands, and functions whose
 * specs differ in what a job has only once.
 */
export function packKeyOf(set: TaskSet, results: Results): string | undefined {
  if (set.size === 0 || set.check !== undefined) return undefined;
  const lead = set.spec(0, results);
  if (lead.work.kind !== 'function') return undefined;
  const step = Math.max(1, Math.floor(set.size / LOOKED_AT));
  for (let index = step; index < set.size; index += step) {
    if (!mayShareJob(lead, set.spec(index, results))) return undefined;
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
