import type { JobExit, JobKey, JobStatus } from '@orchestrate/core';
import type { BatchRecord } from './ledger.ts';

/** A batch that may have jobs which are not over, or not forgotten. */
export interface Batch {
  readonly record: BatchRecord;
  /** The id that SLURM gave it; unknown while a submission is in doubt. */
  id?: string;
  readonly jobs: readonly SlurmJob[];
  /** Jobs that have not ended. */
  live: number;
  /** Jobs that were not forgotten. */
  kept: number;
}

/** A job as this backend knows it. */
export interface SlurmJob {
  readonly key: JobKey;
  readonly batch: Batch;
  readonly index: number;
  state: JobStatus['state'];
  startedAt?: number;
  /** Whether its claim was seen. */
  claimed: boolean;
  /** Why it waits. */
  reason?: string;
  exit?: JobExit;
  progress?: JobStatus['progress'];
  forgotten: boolean;
  /** Monotonic milliseconds at which it was first missing in the queue without a word of its end. */
  missingSince?: number;
}

/** Index of the allocation that runs a job. */
export function allocationOf({ batch, index }: SlurmJob): number {
  return Math.floor(index / batch.record.perAllocation);
}

/** What `scancel` calls the allocation of a job whose batch has an id. */
export function allocationId(job: SlurmJob): string {
  const { id, record } = job.batch;
  const isArray = record.keys.length > record.perAllocation;
  return isArray ? `${id}_${allocationOf(job)}` : `${id}`;
}

/** What is told of a job. */
export function statusOf(job: SlurmJob): JobStatus {
  const { key, state, startedAt, reason, exit, progress } = job;
  return {
    key,
    state,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(reason === undefined || state === 'ended' ? {} : { reason }),
    ...(exit === undefined ? {} : { exit }),
    ...(progress === undefined ? {} : { progress }),
  };
}
