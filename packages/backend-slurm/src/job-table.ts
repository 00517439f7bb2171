import type { JobKey } from '@orchestrate/core';
import type { Batch, SlurmJob } from './job.ts';
import type { BatchRecord, Ledger } from './ledger.ts';

/** Jobs and batches that this leader knows, from the ledger and from what it submitted. */
export class JobTable {
  readonly batches = new Map<string, Batch>();
  readonly #jobs = new Map<string, SlurmJob>();

  constructor(ledger: Ledger) {
    for (const record of ledger.batches.values()) this.add(record, ledger.ids.get(record.name));
  }

  get(key: JobKey): SlurmJob | undefined {
    return this.#jobs.get(key);
  }

  add(record: BatchRecord, id?: string): Batch {
    const jobs: SlurmJob[] = [];
    const batch: Batch = {
      record,
      ...(id === undefined ? {} : { id }),
      jobs,
      live: record.keys.length,
      kept: record.keys.length,
    };
    for (const [index, key] of record.keys.entries()) {
      const job: SlurmJob = {
        key: key as JobKey,
        batch,
        index,
        state: id === undefined ? 'unknown' : 'queued',
        claimed: false,
        forgotten: false,
      };
      jobs.push(job);
      this.#jobs.set(key, job);
    }
    this.batches.set(record.name, batch);
    return batch;
  }

  /** A batch that does not exist, or whose jobs nobody asks for any more. */
  remove(batch: Batch): void {
    if (this.batches.get(batch.record.name) === batch) this.batches.delete(batch.record.name);
    for (const job of batch.jobs) if (this.#jobs.get(job.key) === job) this.#jobs.delete(job.key);
  }

  /** Batches with jobs that have not ended. */
  live(): Batch[] {
    return [...this.batches.values()].filter(({ live }) => live > 0);
  }
}
