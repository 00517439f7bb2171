import type {
  BackendTraits,
  CallOptions,
  Clock,
  ComputeBackend,
  Finding,
  JobKey,
  JobSample,
  JobSpec,
  JobStatus,
  LeaderHost,
  Logger,
  SubmitOutcome,
} from '@orchestrate/core';
import { isFlowError } from '@orchestrate/core';
import { checkJobs } from './check-jobs.ts';
import type { Cluster } from './cluster.ts';
import type { SlurmConfig } from './config.ts';
import { diagnoseCluster } from './diagnose.ts';
import { slurmError } from './errors.ts';
import { allocationId, allocationOf, type Batch, type SlurmJob, statusOf } from './job.ts';
import type { JobFiles } from './job-files.ts';
import { readLog, readThere } from './job-log.ts';
import type { JobTable } from './job-table.ts';
import type { ForcedEnd, Ledger } from './ledger.ts';
import type { Observer } from './observer.ts';
import type { ClusterLimits, Submitter } from './submitter.ts';

/** What the backend is made of. */
export interface SlurmBackendParts {
  readonly config: SlurmConfig;
  readonly cluster: Cluster;
  readonly table: JobTable;
  readonly ledger: Ledger;
  readonly observer: Observer;
  readonly submitter: Submitter;
  readonly files: JobFiles;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: () => Promise<ClusterLimits>;
  /** The login host, where it is another machine. */
  readonly host?: LeaderHost;
}

/** Runs jobs on a SLURM cluster; they outlive the leader and are found again by their keys. */
export class SlurmBackend implements ComputeBackend {
  readonly traits: BackendTraits;
  readonly host?: LeaderHost;
  readonly #parts: SlurmBackendParts;
  readonly #ofNoUse = new Set<string>();
  #closed = false;

  constructor(parts: SlurmBackendParts) {
    this.#parts = parts;
    if (parts.host !== undefined) this.host = parts.host;
    const { pollSeconds, settleSeconds, maxLiveJobs } = parts.config;
    this.traits = {
      work: ['command', 'shell', 'functions'],
      containers: false,
      sharedFilesystem: !parts.files.isApart,
      pushes: false,
      enforcesTime: true,
      enforcesMemory: false,
      outlivesLeader: true,
      settleSeconds,
      maxLiveJobs,
      pollSeconds,
    };
  }

  async submit(
    jobs: readonly JobSpec[],
    options: CallOptions = {},
  ): Promise<readonly SubmitOutcome[]> {
    this.#checkOpen();
    options.signal?.throwIfAborted();
    const { submitter, table, config } = this.#parts;
    const free = config.maxLiveJobs - table.live().reduce((sum, { live }) => sum + live, 0);
    if (jobs.length <= free) return submitter.submit(jobs, options.signal);
    const isKnown = ({ key }: JobSpec) => table.get(key) !== undefined;
    const fresh = jobs.filter((job) => !isKnown(job));
    const over = new Set(fresh.slice(Math.max(0, free)).map(({ key }) => key));
    const taken = await submitter.submit(
      jobs.filter(({ key }) => !over.has(key)),
      options.signal,
    );
    const byKey = new Map(taken.map((outcome) => [outcome.key, outcome]));
    const reason = `${config.maxLiveJobs} jobs are live`;
    return jobs.map(({ key }) => byKey.get(key) ?? { key, outcome: 'busy', reason });
  }

  async observe(keys: readonly JobKey[], options: CallOptions = {}): Promise<readonly JobStatus[]> {
    this.#checkOpen();
    options.signal?.throwIfAborted();
    if (keys.length === 0) return [];
    const trouble = await this.#look(false);
    return keys.map((key) => this.#status(key, trouble));
  }

  async find(keys: readonly JobKey[], options: CallOptions = {}): Promise<readonly JobStatus[]> {
    this.#checkOpen();
    options.signal?.throwIfAborted();
    const { table } = this.#parts;
    const doubtful = new Set<Batch>();
    for (const key of keys) {
      const batch = table.get(key)?.batch;
      if (batch !== undefined && batch.id === undefined) doubtful.add(batch);
    }
    if (keys.every((key) => table.get(key) === undefined)) {
      return keys.map((key) => ({ key, state: 'absent' }));
    }
    let trouble = await this.#look(doubtful.size > 0);
    if (trouble === undefined && doubtful.size > 0) {
      try {
        await this.#settle([...doubtful].filter(({ id }) => id === undefined));
      } catch (error) {
        trouble = messageOf(error);
      }
    }
    return keys.map((key) => this.#status(key, trouble));
  }

  /** Looks for submissions in doubt wherever there may be a trace; what is nowhere after its time can then never run any more. */
  async #settle(batches: readonly Batch[]): Promise<void> {
    if (batches.length === 0) return;
    const { cluster, clock, observer, config } = this.#parts;
    const names = batches.map(({ record }) => record.name);
    const oldest = Math.min(...batches.map(({ record }) => record.submittedAt));
    const lines = [
      ...(await cluster.queue(names)),
      ...(await cluster.accountNamed(names, clock.now() - oldest + 600_000)),
    ];
    for (const batch of batches) {
      const found = lines.find(({ name }) => name === batch.record.name);
      if (found !== undefined) {
        observer.adopted(batch, found.id.job);
        continue;
      }
      if (batch.jobs.some(({ claimed }) => claimed)) continue;
      if (clock.now() - batch.record.submittedAt < config.settleSeconds * 1000) continue;
      const started = await cluster.revoke(batch.record.name, batch.record.keys.length);
      if (started.length > 0) continue; // somebody runs them after all: the next look sees it
      this.#parts.submitter.forget(batch);
    }
  }

  async cancel(
    keys: readonly JobKey[],
    options: CallOptions & { readonly reason?: ForcedEnd } = {},
  ): Promise<void> {
    this.#checkOpen();
    options.signal?.throwIfAborted();
    const { table, ledger, cluster, observer } = this.#parts;
    const jobs = keys.flatMap((key) => {
      const job = table.get(key);
      return job === undefined || job.state === 'ended' ? [] : [job];
    });
    if (jobs.length === 0) return;
    for (const { key } of jobs) ledger.force(key, options.reason ?? 'cancelled');
    const { ids, names } = this.#allocations(jobs);
    const marks = jobs.map(({ batch, index }) => ({ batch: batch.record.name, index }));
    await cluster.cancel(marks, ids, names);
    observer.hurry();
  }

  /** What scancel is told: allocations in which nothing else is to go on. */
  #allocations(jobs: readonly SlurmJob[]): { ids: string[]; names: string[] } {
    const { ledger } = this.#parts;
    const ids: string[] = [];
    const names = new Set<string>();
    for (const batch of new Set(jobs.map((job) => job.batch))) {
      const going = new Set(
        batch.jobs
          .filter((job) => job.state !== 'ended' && !ledger.forced.has(job.key))
          .map(allocationOf),
      );
      if (batch.id === undefined) {
        if (going.size === 0) names.add(batch.record.name);
        continue;
      }
      if (going.size === 0) {
        ids.push(batch.id);
        continue;
      }
      const ending = jobs.filter((job) => job.batch === batch && !going.has(allocationOf(job)));
      ids.push(...new Set(ending.map(allocationId)));
    }
    return { ids, names: [...names] };
  }

  async *logs(
    key: JobKey,
    options: CallOptions & { readonly follow?: boolean } = {},
  ): AsyncGenerator<Uint8Array> {
    this.#checkOpen();
    const job = this.#parts.table.get(key);
    if (job === undefined) {
      throw slurmError(
        'BACKEND_JOB_UNKNOWN',
        `no trace of job ${key} on ${this.#parts.cluster.host.name}`,
        {
          details: { job: key },
        },
      );
    }
    const path = job.batch.record.logs[job.index] ?? '';
    const goesOn = async (): Promise<boolean> => {
      if (options.follow !== true || this.#closed) return false;
      await this.#look(false);
      return job.state !== 'ended';
    };
    const { files, cluster } = this.#parts;
    if (files.isApart && job.state !== 'ended') {
      yield* readThere(cluster.host, files.pathOf(path), goesOn, options.signal);
    } else yield* readLog(path, goesOn, options.signal);
  }

  async forget(keys: readonly JobKey[]): Promise<void> {
    this.#checkOpen();
    const { table, submitter } = this.#parts;
    for (const key of keys) {
      const job = table.get(key);
      if (job === undefined || job.forgotten || job.state !== 'ended') continue;
      job.forgotten = true;
      submitter.drop(job);
      job.batch.kept -= 1;
      if (job.batch.kept > 0) continue;
      table.remove(job.batch);
      this.#ofNoUse.add(job.batch.record.name);
    }
  }

  check(samples: readonly JobSample[], options: CallOptions = {}): Promise<readonly Finding[]> {
    const { cluster, config, limits } = this.#parts;
    return checkJobs({ host: cluster.host, config, limits }, samples, options);
  }

  async diagnose(options: CallOptions = {}): Promise<readonly Finding[]> {
    return diagnoseCluster(this.#parts.cluster, this.#parts.config, options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { cluster, ledger, log } = this.#parts;
    try {
      await this.#sweep();
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'folders of ended jobs stay on the cluster');
    }
    ledger[Symbol.dispose]();
    await cluster.host[Symbol.asyncDispose]();
  }

  /** Removes the folders of batches nobody needs. */
  async #sweep(): Promise<void> {
    const names = [...this.#ofNoUse];
    if (names.length === 0) return;
    this.#ofNoUse.clear();
    await this.#parts.cluster.remove(names);
    for (const name of names) this.#parts.ledger.remove(name);
  }

  /** Brings the table up to date; answers why that could not be done. */
  async #look(thorough: boolean): Promise<string | undefined> {
    try {
      await this.#parts.observer.look({ thorough });
      if (this.#ofNoUse.size >= SWEEP_AT) await this.#sweep();
      return undefined;
    } catch (error) {
      // A file that cannot be written here is our trouble; everything else is that of the other side, and passes.
      if (isFlowError(error) && error.code === 'SLURM_STATE_UNUSABLE') throw error;
      return messageOf(error);
    }
  }

  #status(key: JobKey, trouble: string | undefined): JobStatus {
    const job = this.#parts.table.get(key);
    if (job === undefined) return { key, state: 'absent' };
    const status = statusOf(job);
    if (status.state === 'ended') return status;
    if (trouble !== undefined) return { ...status, state: 'unknown', reason: trouble };
    if (job.batch.id === undefined && !job.claimed) return { key, state: 'absent' };
    return status;
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw slurmError('SLURM_CLOSED', 'the SLURM backend was called after it was disposed of', {
      details: { clean: true },
    });
  }
}

/** Folders that are removed together. */
const SWEEP_AT = 20;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
