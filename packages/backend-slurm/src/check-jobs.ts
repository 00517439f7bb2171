import type { CallOptions, Finding, JobKey, JobSample, JobSpec } from '@orchestrate/core';
import type { RemoteHost } from '@orchestrate/ssh';
import { type PlannedBatch, planBatches } from './batch-plan.ts';
import type { SlurmConfig } from './config.ts';
import { readJob } from './read-job.ts';
import { directives } from './sbatch-options.ts';
import type { ClusterLimits } from './submitter.ts';

/** Jobs of one sample that are laid out; more of the same say nothing more. */
const MOST_JOBS = 10_000;

/** What checking needs. */
export interface CheckParts {
  readonly host: RemoteHost;
  readonly config: SlurmConfig;
  readonly limits: () => Promise<ClusterLimits>;
}

/** A job like those of a sample. Its key and log are never used: nothing is submitted. */
function jobOf({ name, work, directory, resources, backendOptions }: JobSample): JobSpec {
  return {
    key: 'check' as JobKey,
    name,
    work,
    directory,
    environment: {},
    resources,
    logPath: '/dev/null',
    ...(backendOptions === undefined ? {} : { backendOptions }),
  };
}

/** The head of the script that would be submitted. */
function scriptOf(batch: PlannedBatch): string {
  const allocations = Math.ceil(batch.jobs.length / batch.perAllocation);
  const lines = directives({
    ...(allocations > 1 ? { array: `0-${allocations - 1}` } : {}),
    ...batch.options,
  });
  return ['#!/bin/bash', ...(batch.directives ?? []), ...lines, 'true', ''].join('\n');
}

function shapeOf({ jobs, perAllocation }: PlannedBatch): string {
  const allocations = Math.ceil(jobs.length / perAllocation);
  if (jobs.length === 1) return 'one job';
  const kind = allocations === 1 ? 'one job of SLURM' : `an array of ${allocations}`;
  return perAllocation === 1 ? kind : `${kind} with up to ${perAllocation} tasks each`;
}

/** What sbatch says of itself, without its own name before it. */
function wordsOf(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^sbatch: (?:error: )?/, '').trim());
  return lines.filter((line) => line !== '' && !line.startsWith('Try "')).join('; ');
}

/** Asks `sbatch --test-only` about the first submission that each sample would come to. Nothing is submitted. */
export async function checkJobs(
  { host, config, limits }: CheckParts,
  samples: readonly JobSample[],
  { signal }: CallOptions,
): Promise<readonly Finding[]> {
  const { maxArraySize, width } = await limits();
  const facts = {
    config,
    maxArraySize: Math.min(maxArraySize, config.maxArraySize ?? maxArraySize),
    width,
    learned: () => undefined,
  };
  const findings: Finding[] = [];
  for (const sample of samples) {
    const job = readJob(jobOf(sample));
    if (typeof job === 'string') {
      findings.push({
        subject: sample.name,
        state: 'bad',
        message: job,
        hint: 'Change the task: such jobs are refused before they are submitted.',
      });
      continue;
    }
    const count = Math.min(sample.count, MOST_JOBS);
    const [batch] = planBatches(
      Array.from({ length: count }, () => job),
      facts,
    );
    if (batch === undefined) continue;
    const { code, stdout, stderr } = await host.run(['sbatch', '--test-only'], {
      stdin: scriptOf(batch),
      idempotent: true,
      ...(signal === undefined ? {} : { signal }),
    });
    findings.push(findingOf(sample.name, batch, code, wordsOf(`${stdout}\n${stderr}`)));
  }
  return findings;
}

function findingOf(subject: string, batch: PlannedBatch, code: number, said: string): Finding {
  if (code !== 0) {
    return {
      subject,
      state: 'bad',
      message: `${shapeOf(batch)}: sbatch refuses it: ${said}`,
      hint: 'Change `resources` of the task, or the options of sbatch: `defaults` of the backend, `options.sbatch` of the task.',
    };
  }
  // `Job 7 to start at 2026-01-01T00:00:00 using 1 processors on nodes n1 in partition short`
  const start = said.replace(/^Job \d+ to start at /, 'started at ');
  return { subject, state: 'good', message: `${shapeOf(batch)}: would be taken, and ${start}` };
}
