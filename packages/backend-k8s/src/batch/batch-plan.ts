import { createHash } from 'node:crypto';
import { canonicalJson, type JobSpec, type Json, parseJobKey } from '@orchestrate/core';

/** When jobs share pods. */
export interface BatchRules {
  /** Most pods of one batch. */
  readonly pods: number;
  /** Declared time up to which a job is short, seconds. */
  readonly seconds: number;
  /** Fewest jobs that are worth a batch. */
  readonly least: number;
}

/** Alike jobs that share the pods of one Indexed Job. */
export interface Batch {
  /** Name of the Job: the same jobs make the same name. */
  readonly name: string;
  readonly jobs: readonly [JobSpec, ...JobSpec[]];
  readonly pods: number;
}

/** Jobs that go together, and those that need a Job each. */
export interface BatchPlan {
  readonly batches: readonly Batch[];
  readonly single: readonly JobSpec[];
}

/** Most jobs of one batch: what a person can still look at, and a script that a shell reads at once. */
const MOST_JOBS = 10_000;

/** One argument holds at most 128 KiB on Linux. */
const LONGEST_SCRIPT = 60_000;

/** Everything that a pod has only once; `undefined` for a job that needs a pod of its own. */
function likeness(job: JobSpec, { seconds }: BatchRules): string | undefined {
  const { work, resources, image, environment, backendOptions } = job;
  if (work.kind === 'functions') return undefined;
  if (work.kind === 'shell' && work.script.length > LONGEST_SCRIPT) return undefined;
  if (resources.timeSeconds === undefined || resources.timeSeconds > seconds) return undefined;
  const run = parseJobKey(job.key)?.run ?? '';
  const told = { run, resources, image, environment, backendOptions } as unknown as Json;
  return canonicalJson(JSON.parse(JSON.stringify(told)) as Json);
}

function nameOf(jobs: Batch['jobs']): string {
  const digest = createHash('sha256');
  for (const { key } of jobs) digest.update(`${key}\n`);
  const run = parseJobKey(jobs[0].key)?.run ?? 'run';
  return `${run}-batch-${digest.digest('hex').slice(0, 12)}`;
}

/** Puts short alike jobs together; what is left needs a Job each. */
export function planBatches(jobs: readonly JobSpec[], rules: BatchRules): BatchPlan {
  const alike = new Map<string, JobSpec[]>();
  const single: JobSpec[] = [];
  for (const job of jobs) {
    const key = likeness(job, rules);
    const group = key === undefined ? single : (alike.get(key) ?? []);
    group.push(job);
    if (key !== undefined) alike.set(key, group);
  }
  const batches: Batch[] = [];
  for (const group of alike.values()) {
    if (group.length < rules.least) {
      single.push(...group);
      continue;
    }
    for (let at = 0; at < group.length; at += MOST_JOBS) {
      const [first, ...rest] = group.slice(at, at + MOST_JOBS);
      if (first === undefined) continue;
      const part: Batch['jobs'] = [first, ...rest];
      const pods = Math.min(rules.pods, part.length);
      batches.push({ name: nameOf(part), jobs: part, pods });
    }
  }
  return { batches, single };
}

/** Whether a Job is a batch, by its name. */
export function isBatchName(name: string): boolean {
  return /-batch-[0-9a-f]{12}$/.test(name);
}

/** Position of a job's pod: jobs go round. */
export function podOf(position: number, pods: number): number {
  return position % pods;
}
