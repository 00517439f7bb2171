import { appendFileSync } from 'node:fs';
import type {
  BackendTraits,
  CallOptions,
  Clock,
  ComputeBackend,
  Finding,
  JobKey,
  JobSpec,
  JobStatus,
  SubmitOutcome,
} from '@orchestrate/core';
import { testkitError } from '../errors.ts';
import { unlessAborted } from './collected.ts';
import { type Script, scriptedOutcome } from './job-script.ts';
import type { Timers } from './manual-clock.ts';
import { ScriptedJob } from './scripted-job.ts';

type Listener = (statuses: readonly JobStatus[]) => void;

/** Options of {@link ScriptedCluster}. */
export interface ScriptedClusterOptions {
  readonly time: Clock & Timers;
  /** What happens to each job. Default: it succeeds at once. */
  readonly script?: Script;
  /** Traits other than the default ones, which are those of a pushing backend that takes every kind of work. */
  readonly traits?: Partial<BackendTraits>;
  /** Whether logs are also written to the paths that jobs name. Default false. */
  readonly writesLogs?: boolean;
}

const DEFAULT_TRAITS: BackendTraits = {
  work: ['command', 'shell', 'functions'],
  containers: false,
  sharedFilesystem: true,
  pushes: true,
  enforcesTime: true,
  enforcesMemory: true,
  outlivesLeader: true,
  settleSeconds: 0,
  pollSeconds: 1,
};

/** The place where scripted jobs live: what survives when a {@link ScriptedBackend} is disposed. */
export class ScriptedCluster {
  readonly traits: BackendTraits;
  /** How often a job was really started, by key. */
  readonly starts = new Map<JobKey, number>();
  readonly #jobs = new Map<JobKey, ScriptedJob>();
  readonly #queue = new Set<ScriptedJob>();
  readonly #submissions = new Map<JobKey, number>();
  readonly #time: Clock & Timers;
  readonly #script: Script;
  readonly #writesLogs: boolean;
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<Listener>();
  #news: JobStatus[] = [];
  #running = 0;

  constructor(options: ScriptedClusterOptions) {
    this.traits = { ...DEFAULT_TRAITS, ...options.traits };
    this.#time = options.time;
    this.#script = options.script ?? (() => ({}));
    this.#writesLogs = options.writesLogs ?? false;
  }

  /** Jobs that are queued or running. */
  get live(): readonly JobKey[] {
    return [...this.#jobs.values()].filter(({ state }) => state !== 'ended').map((j) => j.spec.key);
  }

  job(key: JobKey): ScriptedJob | undefined {
    return this.#jobs.get(key);
  }

  submit(spec: JobSpec): SubmitOutcome {
    if (this.#jobs.has(spec.key)) return { key: spec.key, outcome: 'accepted', known: true };
    const refusal = this.#refusal(spec);
    if (refusal !== undefined) return refusal;
    const script = this.#script(spec);
    const nth = this.#submissions.get(spec.key) ?? 0;
    this.#submissions.set(spec.key, nth + 1);
    const answer = script.submit?.[nth] ?? 'accepted';
    if (answer === 'accepted' || answer === 'taken')
      this.#take(new ScriptedJob(spec, script, this.#world()));
    return scriptedOutcome(spec, answer, script.reason);
  }

  forget(key: JobKey): void {
    if (this.#jobs.get(key)?.state === 'ended') this.#jobs.delete(key);
  }

  /** Everything that is queued or runs is gone without a trace. */
  dropAll(): void {
    for (const job of this.#jobs.values()) {
      if (job.state === 'ended') continue;
      job.drop();
      this.#jobs.delete(job.spec.key);
    }
    this.#queue.clear();
    this.#running = 0;
  }

  listen(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Resolves at the next change of any job. */
  async change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watchers.add(resolve);
    await promise;
  }

  #refusal({ key, work, image }: JobSpec): SubmitOutcome | undefined {
    if (!this.traits.work.includes(work.kind))
      return { key, outcome: 'rejected', reason: `${work.kind} is not taken here` };
    if (image !== undefined && !this.traits.containers)
      return { key, outcome: 'rejected', reason: 'there are no containers here' };
    if (this.live.length >= (this.traits.maxLiveJobs ?? Number.POSITIVE_INFINITY))
      return { key, outcome: 'busy', reason: `${this.live.length} jobs are live` };
    return undefined;
  }

  #take(job: ScriptedJob): void {
    this.#jobs.set(job.spec.key, job);
    this.#queue.add(job);
    this.#tell(job);
    this.#time.setTimer(job.readyAt, () => this.#startReady());
  }

  #startReady(): void {
    for (const job of this.#queue) {
      if (this.#running >= (this.traits.slots ?? Number.POSITIVE_INFINITY)) return;
      if (job.readyAt > this.#time.monotonic()) continue;
      this.#queue.delete(job);
      this.#running += 1;
      this.starts.set(job.spec.key, (this.starts.get(job.spec.key) ?? 0) + 1);
      job.start();
    }
  }

  #world() {
    const { enforcesTime, enforcesMemory } = this.traits;
    return {
      time: this.#time,
      enforcesTime,
      enforcesMemory,
      changed: (job: ScriptedJob, what: 'state' | 'log') => this.#changed(job, what),
    };
  }

  #changed(job: ScriptedJob, what: 'state' | 'log'): void {
    if (what === 'log' && this.#writesLogs) appendNew(job);
    if (what === 'state') this.#tell(job);
    if (job.state === 'ended' && !this.#queue.delete(job)) {
      this.#running -= 1;
      this.#time.setTimer(this.#time.monotonic(), () => this.#startReady());
    }
    this.#wake();
  }

  #wake(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const resolve of watchers) resolve();
  }

  /** Reports come a turn later and many at once, as from a real backend. */
  #tell(job: ScriptedJob): void {
    this.#news.push(job.news());
    if (this.#news.length > 1) return;
    queueMicrotask(() => {
      const news = this.#news;
      this.#news = [];
      for (const listener of this.#listeners) listener(news);
    });
  }
}

const written = new WeakMap<ScriptedJob, number>();

function appendNew(job: ScriptedJob): void {
  appendFileSync(job.spec.logPath, job.log.slice(written.get(job) ?? 0));
  written.set(job, job.log.length);
}

/** One leader's view of a {@link ScriptedCluster}. Another one over the same cluster is a restart. */
export class ScriptedBackend implements ComputeBackend {
  readonly traits: BackendTraits;
  readonly watch?: (listener: Listener) => Disposable;
  readonly #cluster: ScriptedCluster;
  readonly #own = new DisposableStack();
  #disposed = false;

  constructor(cluster: ScriptedCluster) {
    this.#cluster = cluster;
    this.traits = cluster.traits;
    if (cluster.traits.pushes) this.watch = (listener) => this.#own.use(cluster.listen(listener));
  }

  async submit(
    jobs: readonly JobSpec[],
    options: CallOptions = {},
  ): Promise<readonly SubmitOutcome[]> {
    await answer(options);
    return jobs.map((job) => this.#cluster.submit(job));
  }

  async observe(keys: readonly JobKey[], options: CallOptions = {}): Promise<readonly JobStatus[]> {
    await answer(options);
    return keys.map((key) => this.#cluster.job(key)?.status() ?? { key, state: 'absent' });
  }

  async find(keys: readonly JobKey[], options: CallOptions = {}): Promise<readonly JobStatus[]> {
    return this.observe(keys, options);
  }

  async cancel(
    keys: readonly JobKey[],
    options: CallOptions & { readonly reason?: 'cancelled' | 'timeout' | 'out-of-memory' } = {},
  ): Promise<void> {
    await answer(options);
    for (const key of keys) this.#cluster.job(key)?.stop(options.reason ?? 'cancelled');
  }

  async *logs(
    key: JobKey,
    options: CallOptions & { readonly follow?: boolean } = {},
  ): AsyncGenerator<Uint8Array> {
    await answer(options);
    const job = this.#cluster.job(key);
    if (job === undefined)
      throw testkitError('BACKEND_JOB_UNKNOWN', `There is no trace of a job ${key}.`);
    for (let told = 0; ; ) {
      const text = job.log.slice(told);
      told = job.log.length;
      if (text !== '') yield new TextEncoder().encode(text);
      else if (options.follow !== true || job.state === 'ended') return;
      else await unlessAborted(this.#cluster.change(), options.signal);
    }
  }

  async forget(keys: readonly JobKey[]): Promise<void> {
    await answer({});
    for (const key of keys) this.#cluster.forget(key);
  }

  async diagnose(): Promise<readonly Finding[]> {
    await answer({});
    const message = `${this.#cluster.live.length} jobs are live`;
    return [{ subject: 'scripted cluster', state: 'good', message }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#own.dispose();
    await answer({});
    if (!this.traits.outlivesLeader) this.#cluster.dropAll();
  }
}

/** Every answer comes a turn later, and not at all to a call that was aborted. */
async function answer({ signal }: CallOptions): Promise<void> {
  signal?.throwIfAborted();
  await Promise.resolve();
  signal?.throwIfAborted();
}
