import { canonicalJson, type Results, type TaskSet, type TaskSpec } from '@orchestrate/core';

/** Sets up to this size are looked at task by task; larger ones by samples. */
const LOOKED_AT = 2_000;

function keyOf(spec: TaskSpec): string | undefined {
  if (spec.work.kind !== 'function') return undefined;
  const { module, export: exported } = spec.work;
  const { image, directory, environment, resources, backendOptions } = spec;
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

/**
 * Key under which function tasks may share a job, or `undefined` where each needs its own: commands, and functions whose
 * specs differ in what a job has only once.
 */
export function packKeyOf(set: TaskSet, results: Results): string | undefined {
  if (set.size === 0 || set.check !== undefined) return undefined;
  const key = keyOf(set.spec(0, results));
  if (key === undefined) return undefined;
  const step = Math.max(1, Math.floor(set.size / LOOKED_AT));
  for (let index = step; index < set.size; index += step) {
    if (keyOf(set.spec(index, results)) !== key) return undefined;
  }
  return key;
}
