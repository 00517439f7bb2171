import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type {
  BackendTraits,
  CallOptions,
  Clock,
  ComputeBackend,
  JobKey,
  JobSpec,
  JobStatus,
  SubmitOutcome,
} from '@orchestrate/core';
import type { NiceConfig } from './config.ts';
import { niceError } from './errors.ts';
import { NiceJob } from './nice-job.ts';

type Listener = (statuses: readonly JobStatus[]) => void;

const FOLLOW_MILLISECONDS = 50;

/** Runs commands as child processes of low priority. They end with this process. */
export class NiceBackend implements ComputeBackend {
  readonly traits: BackendTraits;
  readonly #config: NiceConfig;
  readonly #clock: Clock;
  readonly #jobs = new Map<JobKey, NiceJob>();
  readonly #queue = new Set<NiceJob>();
  readonly #listeners = new Set<Listener>();
  #running = 0;
  #closed = false;

  constructor(config: NiceConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.traits = {
      work: ['command', 'shell'],
      containers: false,
      sharedFilesystem: true,
      pushes: true,
      enforcesTime: false,
      enforcesMemory: false,
      outlivesLeader: false,
      settleSeconds: 0,
      slots: config.slots,
      pollSeconds: 1,
    };
  }

  async submit(
    jobs: readonly JobSpec[],
    options: CallOptions = {},
  ): Promise<readonly SubmitOutcome[]> {
    options.signal?.throwIfAborted();
    if (this.#closed)
      throw niceError('NICE_CLOSED', 'No jobs are taken any more.', { details: { clean: true } });
    return jobs.map((job) => this.#take(job));
  }

  async observe(keys: readonly JobKey[], options: CallOptions = {}): Promise<readonly JobStatus[]> {
    options.signal?.throwIfAborted();
    return keys.map((key) => this.#jobs.get(key)?.status ?? { key, state: 'absent' });
  }

  /** Jobs never outlive their leader, so what is not known here does not exist. */
  async find(keys: readonly JobKey[], options: CallOptions = {}): Promise<readonly JobStatus[]> {
    return this.observe(keys, options);
  }

  async cancel(
    keys: readonly JobKey[],
    options: CallOptions & { readonly reason?: 'cancelled' | 'timeout' | 'out-of-memory' } = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    for (const key of keys)
      void this.#jobs.get(key)?.stop(options.reason ?? 'cancelled', this.#config.graceSeconds);
  }

  async *logs(
    key: JobKey,
    options: CallOptions & { readonly follow?: boolean } = {},
  ): AsyncGenerator<Uint8Array> {
    options.signal?.throwIfAborted();
    const job = this.#jobs.get(key);
    if (job === undefined) throw niceError('BACKEND_JOB_UNKNOWN', `There is no job ${key}.`);
    let position = 0;
    for (;;) {
      const isLast = options.follow !== true || job.state === 'ended';
      for await (const piece of readFrom(job.spec.logPath, position)) {
        position += piece.length;
        yield piece;
      }
      if (isLast) return;
      options.signal?.throwIfAborted();
      await Promise.race([job.over, setTimeout(FOLLOW_MILLISECONDS)]);
    }
  }

  watch(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async forget(keys: readonly JobKey[]): Promise<void> {
    for (const key of keys) if (this.#jobs.get(key)?.state === 'ended') this.#jobs.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    const jobs = [...this.#jobs.values()];
    await Promise.all(jobs.map((job) => job.stop('cancelled', this.#config.graceSeconds)));
    await Promise.all(jobs.map((job) => job.over));
  }

  #take(spec: JobSpec): SubmitOutcome {
    const { key, work, image } = spec;
    if (this.#jobs.has(key)) return { key, outcome: 'accepted' };
    if (work.kind === 'functions')
      return { key, outcome: 'rejected', reason: 'the nice backend runs no functions' };
    if (image !== undefined)
      return { key, outcome: 'rejected', reason: 'the nice backend runs no containers' };
    const job = new NiceJob(spec, this.#clock, (changed) => this.#tell(changed));
    this.#jobs.set(key, job);
    this.#queue.add(job);
    this.#tell(job);
    this.#startNext();
    return { key, outcome: 'accepted' };
  }

  #startNext(): void {
    for (const job of this.#queue) {
      if (this.#running >= this.#config.slots) return;
      this.#queue.delete(job);
      if (job.state === 'ended') continue;
      this.#running += 1;
      void job.run(this.#config.niceness).then(() => {
        this.#running -= 1;
        this.#startNext();
      });
    }
  }

  #tell(job: NiceJob): void {
    const statuses = [job.status];
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(statuses);
    });
  }
}

/** What a file holds from a position on; nothing when it does not exist yet. */
async function* readFrom(path: string, position: number): AsyncGenerator<Uint8Array> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return;
  yield* file.createReadStream({ start: position });
}
