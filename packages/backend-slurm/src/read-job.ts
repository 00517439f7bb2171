import type { JobSpec } from '@orchestrate/core';
import type { ReadJob } from './batch-plan.ts';
import { SlurmJobOptions } from './config.ts';
import { jobProblem } from './job-script.ts';
import { directivesFor } from './script-directives.ts';

/** A job with its own options and the directives of its script, or why it can never be submitted. */
export function readJob(spec: JobSpec): ReadJob | string {
  const problem = jobProblem(spec);
  if (problem !== undefined) return problem;
  const read = SlurmJobOptions.safeParse(spec.backendOptions ?? {});
  if (!read.success) {
    const [issue] = read.error.issues;
    return `option ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`;
  }
  const directives = directivesFor(spec);
  return { spec, options: read.data, ...(directives.length === 0 ? {} : { directives }) };
}
