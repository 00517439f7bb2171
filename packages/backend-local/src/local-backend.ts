import { stat } from 'node:fs/promises';
import type {
  BackendTraits,
  CallOptions,
  ComputeBackend,
  Finding,
  JobKey,
  JobSpec,
  JobStatus,
  SubmitOutcome,
} from '@orchestrate/core';
import type { Admission } from './admission.ts';
import type { ContainerRuntime } from './container-command.ts';
import { diagnoseMachine } from './diagnose.ts';
import { localError } from './errors.ts';
import { factsOf, jobProblem } from './job-check.ts';
import { readLog } from './job-log.ts';
import type { JobTable } from './job-table.ts';
import type { KeeperPool } from './keeper-pool.ts';
import { LocalJob } from './local-job.ts';
import type { ForcedReason } from './records.ts';

/** What the backend is made of. */
export interface LocalBackendParts {
  readonly table: JobTable;
  readonly pool: KeeperPool;
  readonly admission: Admission;
  readonly container: ContainerRuntime | undefined;
  readonly shell: string;
  readonly directory: string;
}

/** Runs jobs as processes of this machine; they outlive the leader and are found again. */
export class LocalBackend implements ComputeBackend {
  readonly traits: BackendTraits;
  readonly #parts: LocalBackendParts;
  #closed = false;

  constructor(parts: LocalBackendParts) {
    this.#parts = parts;
    const { cpus, slots } = parts.admission.capacity;
    this.traits = {
      work: ['command', 'shell', 'functions'],
      containers: parts.container !== undefined,
      sharedFilesystem: true,
      pushes: true,
      enforcesTime: true,
      enforcesMemory: true,
      outlivesLeader: true,
      settleSeconds: 0,
      slots: Math.max(1, Math.min(slots ?? Number.POSITIVE_INFINITY, Math.floor(cpus))),
      pollSeconds: 1,
    };
  }

  async submit(
    jobs: readonly JobSpec[],
    options: CallOptions = {},
  ): Promise<readonly SubmitOutcome[]> {
    this.#checkOpen();
    options.signal?.throwIfAborted();
    const outcomes = jobs.map((job) => this.#accept(job));
    this.#parts.pool.pump();
    return outcomes;
  }

  async observe(keys: readonly JobKey[], options: CallOptions = {}): Promise<readonly JobStatus[]> {
    this.#checkOpen();
    options.signal?.throwIfAborted();
    const { pool, table } = this.#parts;
    pool.refresh();
    await Promise.all(keys.map((key) => this.#noteActivity(key)));
    return keys.map((key) => table.status(key));
  }

  async find(keys: readonly JobKey[], options: CallOptions = {}): Promise<readonly JobStatus[]> {
    this.#checkOpen();
    const { pool, table } = this.#parts;
    if (keys.some((key) => table.get(key) === undefined)) pool.adopt();
    return this.observe(keys, options);
  }

  async cancel(
    keys: readonly JobKey[],
    options: CallOptions & { readonly reason?: ForcedReason } = {},
  ): Promise<void> {
    this.#checkOpen();
    options.signal?.throwIfAborted();
    const { pool, table } = this.#parts;
    for (const key of keys) {
      const job = table.get(key);
      if (job !== undefined) pool.cancel(job, options.reason ?? 'cancelled');
    }
  }

  async *logs(
    key: JobKey,
    options: CallOptions & { readonly follow?: boolean } = {},
  ): AsyncGenerator<Uint8Array> {
    this.#checkOpen();
    const job = this.#parts.table.get(key);
    if (job === undefined) {
      throw localError('BACKEND_JOB_UNKNOWN', `no trace of job ${key} on this machine`, {
        details: { job: key },
      });
    }
    const goesOn = () => options.follow === true && job.live && !this.#closed;
    yield* readLog(job.facts.logPath, goesOn, options.signal);
  }

  watch(listener: (statuses: readonly JobStatus[]) => void): Disposable {
    return this.#parts.table.listen(listener);
  }

  async forget(keys: readonly JobKey[]): Promise<void> {
    this.#checkOpen();
    const { pool, table } = this.#parts;
    for (const key of keys) {
      const job = table.get(key);
      if (job !== undefined) pool.forget(job);
    }
  }

  async diagnose(): Promise<readonly Finding[]> {
    const { admission, container, shell, directory } = this.#parts;
    return diagnoseMachine({ capacity: admission.capacity, container, shell, directory });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.pool.detach();
  }

  #accept(job: JobSpec): SubmitOutcome {
    const { table, admission, container, pool } = this.#parts;
    const { key } = job;
    const known = table.get(key);
    if (known !== undefined) {
      if (!isSameWork(known.facts.logPath, job.logPath)) {
        const reason = `another job has the key ${key}`;
        return { key, outcome: 'rejected', failure: 'lost', reason };
      }
      // Whoever submits it again has not heard how it stands, and nothing may change any more that would tell them.
      table.changed(known);
      return { key, outcome: 'accepted', known: true };
    }
    const facts = factsOf(job, container);
    const reason = jobProblem(job, facts, admission, container);
    if (reason !== undefined) return { key, outcome: 'rejected', reason };
    pool.add(new LocalJob(key, facts, job));
    return { key, outcome: 'accepted' };
  }

  /** Output is the sign of life a process gives. */
  async #noteActivity(key: JobKey): Promise<void> {
    const job = this.#parts.table.get(key);
    if (job?.state !== 'running' && job?.state !== 'orphaned') return;
    const modifiedAt = await stat(job.facts.logPath).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    job.activityAt = Math.max(job.activityAt ?? 0, job.startedAt ?? 0, modifiedAt);
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw localError('LOCAL_CLOSED', 'the local backend was called after it was disposed of', {
      details: { clean: true },
    });
  }
}

/** Every attempt has a log of its own; the folders above it may have been moved. */
function isSameWork(known: string, logPath: string): boolean {
  const nameOf = (path: string): string => path.split('/').slice(-2).join('/');
  return nameOf(known) === nameOf(logPath);
}
