import type { JobSpec } from '@orchestrate/core';
import type { SlurmConfig, SlurmJobOptions } from './config.ts';
import { minutesFor, resourceOptions, type SbatchOptions } from './sbatch-options.ts';

/** A job with its options read. */
export interface ReadJob {
  readonly spec: JobSpec;
  readonly options: SlurmJobOptions;
  /** `#SBATCH` lines of the script it runs. */
  readonly directives?: readonly string[];
}

/** Jobs that one `sbatch` submits. */
export interface PlannedBatch {
  readonly jobs: readonly ReadJob[];
  readonly perAllocation: number;
  readonly lanes: number;
  readonly timeSeconds?: number;
  readonly options: SbatchOptions;
  readonly setup?: string;
  readonly directives?: readonly string[];
}

/** What planning depends on beside the jobs. */
export interface PlanFacts {
  readonly config: SlurmConfig;
  /** Most tasks of one array. */
  readonly maxArraySize: number;
  /** Jobs the cluster can run at once for us, as far as known: packs are not larger than needed to use it. */
  readonly width: number;
  /** Seconds that a job like this one took, where known. */
  readonly learned: (job: JobSpec) => number | undefined;
}

/** A job is worth an allocation of its own from here on: what SLURM needs to start one is a small part of it. */
const WORTH_AN_ALLOCATION_SECONDS = 20;
/** An allocation of several jobs is meant to run at least so long, seconds. */
const LEAST_ALLOCATION_SECONDS = 2;
/** What it costs to run a job inside an allocation, seconds: two processes and two small files. */
const OVERHEAD_SECONDS = 0.02;
/** How many times the expected time of a job is asked for. */
const ROOM = 4;
/** Room for the start and end of an allocation beside its jobs. */
const MARGIN_SECONDS = 30;

function groupKey({ spec, options, directives }: ReadJob): string {
  const { resources, work } = spec;
  return JSON.stringify([resources, options, work.kind === 'functions', directives]);
}

function expectedOf({ options, spec }: ReadJob, facts: PlanFacts): number | undefined {
  return options.expectSeconds ?? facts.learned(spec);
}

/** How many jobs share an allocation, and how many of them run side by side. */
export function packing(
  count: number,
  job: ReadJob,
  facts: PlanFacts,
): { readonly perAllocation: number; readonly lanes: number } {
  const { config } = facts;
  const told = job.options.pack ?? config.pack;
  if (told === false || count === 1) return { perAllocation: 1, lanes: 1 };
  if (told !== undefined) {
    const perAllocation = Math.min(told.tasksPerJob, count);
    return { perAllocation, lanes: Math.min(told.slots, perAllocation) };
  }
  const expected = expectedOf(job, facts);
  if (expected === undefined || expected >= WORTH_AN_ALLOCATION_SECONDS) {
    return { perAllocation: 1, lanes: 1 };
  }
  const each = expected + OVERHEAD_SECONDS;
  const fit = Math.max(1, Math.floor(config.packSeconds / each));
  const even = Math.ceil(count / Math.max(1, facts.width));
  // Below that, what SLURM needs for an allocation is more than what it is for.
  const worthwhile = Math.min(count, Math.ceil(LEAST_ALLOCATION_SECONDS / each));
  return { perAllocation: Math.min(fit, Math.max(even, worthwhile)), lanes: 1 };
}

function timeOf(
  job: ReadJob,
  facts: PlanFacts,
  rounds: number,
): Pick<PlannedBatch, 'options' | 'timeSeconds'> {
  const { timeSeconds } = job.spec.resources;
  if (timeSeconds === undefined) return { options: {} };
  // Not all of them need the time that one may take at most; the sum of that is often more than a partition gives.
  const expected = expectedOf(job, facts);
  const usual = expected === undefined ? timeSeconds : Math.max(1, expected * ROOM);
  const others = (rounds - 1) * Math.min(timeSeconds, usual);
  const seconds = timeSeconds + others + facts.config.graceSeconds + MARGIN_SECONDS;
  return { timeSeconds, options: { time: minutesFor(seconds) } };
}

function planGroup(group: readonly ReadJob[], facts: PlanFacts): PlannedBatch[] {
  const [first] = group;
  if (first === undefined) return [];
  const { config } = facts;
  const { perAllocation, lanes } = packing(group.length, first, facts);
  const rounds = Math.ceil(perAllocation / lanes);
  const { options, timeSeconds } = timeOf(first, facts, rounds);
  const resources = first.spec.resources;
  const wide =
    lanes === 1
      ? resources
      : {
          ...resources,
          cpus: (resources.cpus ?? 1) * lanes,
          ...(resources.memoryBytes === undefined
            ? {}
            : { memoryBytes: resources.memoryBytes * lanes }),
          ...(resources.gpus === undefined ? {} : { gpus: resources.gpus * lanes }),
        };
  const setup = [config.setup, first.options.setup].filter((text) => text !== undefined);
  const most = facts.maxArraySize * perAllocation;
  const batches: PlannedBatch[] = [];
  for (let at = 0; at < group.length; at += most) {
    batches.push({
      jobs: group.slice(at, at + most),
      perAllocation,
      lanes,
      ...(timeSeconds === undefined ? {} : { timeSeconds }),
      options: {
        ...options,
        ...resourceOptions(wide),
        ...config.defaults,
        ...first.options.sbatch,
      },
      ...(first.directives === undefined ? {} : { directives: first.directives }),
      ...(setup.length === 0 ? {} : { setup: setup.join('\n') }),
    });
  }
  return batches;
}

/**
 * Jobs of one call, grouped into as few submissions as can be: those that ask for the same become an array, and short ones
 * share its tasks.
 */
export function planBatches(jobs: readonly ReadJob[], facts: PlanFacts): PlannedBatch[] {
  const groups = new Map<string, ReadJob[]>();
  for (const job of jobs) {
    const key = groupKey(job);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [job]);
    else group.push(job);
  }
  return [...groups.values()].flatMap((group) => planGroup(group, facts));
}

/** A batch in two, along allocations; none for one that has a single allocation. */
export function halves(batch: PlannedBatch): readonly PlannedBatch[] {
  const { jobs, perAllocation } = batch;
  const allocations = Math.ceil(jobs.length / perAllocation);
  if (allocations < 2) return [];
  const at = Math.ceil(allocations / 2) * perAllocation;
  return [
    { ...batch, jobs: jobs.slice(0, at) },
    { ...batch, jobs: jobs.slice(at) },
  ];
}
