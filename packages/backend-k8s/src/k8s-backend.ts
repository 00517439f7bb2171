import { existsSync } from 'node:fs';
import type { KubeConfig } from '@kubernetes/client-node';
import {
  type BackendTraits,
  type CallOptions,
  type Clock,
  type ComputeBackend,
  type DebugJob,
  type Finding,
  inParallel,
  type JobKey,
  type JobSpec,
  type JobStatus,
  type Json,
  type LeaderHost,
  type Logger,
  type ProjectFiles,
  parseJobKey,
  type Remains,
  type RunId,
  type SubmitOutcome,
  type Terminal,
} from '@orchestrate/core';
import { translate } from './api-client.ts';
import { type BatchPlan, isBatchName, planBatches } from './batch/batch-plan.ts';
import type { Batches } from './batch/batches.ts';
import type { K8sConfig } from './config.ts';
import { diagnose } from './diagnose.ts';
import { endJob } from './end-job.ts';
import type { GonePods } from './gone-pods.ts';
import { JobLogs } from './job-logs.ts';
import { type EndRequest, isOver, type Seen, statusOf } from './job-state.ts';
import type { HelperJobs } from './leader/helper-jobs.ts';
import { manifests } from './leader/manifests.ts';
import type { Namespace } from './namespace.ts';
import { type Job, latest, OURS, type Pod } from './objects.ts';
import type { Packs } from './packs.ts';
import { saveLog } from './pod-log.ts';
import { Removal } from './removal.ts';
import type { RunObjects } from './run-objects.ts';
import { StuckPods } from './stuck-pods.ts';
import type { Submitter } from './submitter.ts';
import type { WatchedList } from './watched-list.ts';

/** What the backend is made of. */
export interface K8sParts {
  /** As the project calls it. */
  readonly name: string;
  readonly namespace: Namespace;
  readonly config: K8sConfig;
  readonly submitter: Submitter;
  readonly objects: RunObjects;
  readonly packs: Packs;
  readonly batches: Batches;
  /** Both tell {@link K8sBackend.onChange} the names of Jobs. */
  readonly jobs: WatchedList<Job>;
  readonly pods: WatchedList<Pod>;
  readonly gone: GonePods;
  /** Label of all that is ours. */
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly helpers: HelperJobs;
  readonly kube: KubeConfig;
  readonly host?: LeaderHost & AsyncDisposable;
}

const AT_ONCE = 16;
const NO_BATCHES = { pods: 1, seconds: 0, least: Number.POSITIVE_INFINITY };
const RANK = { queued: 0, running: 1, ended: 2 } as const;

/** Label by which the Job controller says to which Job a pod belongs. */
export const JOB_NAME = 'batch.kubernetes.io/job-name';

/** Jobs on Kubernetes: each is a Job of its own, named by its key. */
export class K8sBackend implements ComputeBackend {
  readonly traits: BackendTraits;
  readonly host?: LeaderHost;
  readonly #parts: K8sParts;
  /** Jobs that were accepted and have not shown up in the list yet. */
  readonly #accepted = new Set<JobKey>();
  /** Ends that were told, with their logs in place. */
  readonly #ended = new Map<JobKey, JobStatus>();
  readonly #told = new Map<JobKey, keyof typeof RANK>();
  readonly #listeners = new Set<(statuses: readonly JobStatus[]) => void>();
  readonly #saving = new Map<JobKey, Promise<void>>();
  readonly #stuck: StuckPods;
  readonly #removal: Removal;
  readonly #logs: JobLogs;
  /** Those who follow logs: they are told of all that changes, and look for themselves. */
  readonly #followers = new Set<() => void>();
  #isOpen = true;

  constructor(parts: K8sParts) {
    this.#parts = parts;
    const { clock, config, host, log } = parts;
    if (host !== undefined) this.host = host;
    this.#removal = new Removal(parts);
    this.#logs = new JobLogs({
      namespace: parts.namespace,
      seen: (key) => this.#seen(key),
      isAccepted: (key) => this.#accepted.has(key),
      isEnded: (key) => this.#ended.has(key),
      listeners: this.#followers,
    });
    this.#stuck = new StuckPods({
      clock,
      log,
      patienceSeconds: config.unstartableSeconds,
      giveUp: (key, request) => this.#end(key, request),
      lookAgain: (keys) => this.onChange(keys),
    });
    // What shares a Job with others has its log in place, and is over when it is told so.
    parts.batches.listen((statuses) => {
      if (this.#isOpen) this.#tell(statuses);
    });
    this.traits = {
      work: ['command', 'shell', 'functions'],
      containers: true,
      sharedFilesystem: true,
      pushes: true,
      enforcesTime: true,
      enforcesMemory: true,
      outlivesLeader: true,
      settleSeconds: 5,
      // Those that share a Job are not counted one by one; what needs one of its own is held back when it is submitted.
      maxLiveJobs: config.pack === false ? config.maxLiveJobs : config.pack.tasks,
      pollSeconds: 10,
    };
  }

  async submit(jobs: readonly JobSpec[], { signal }: CallOptions = {}): Promise<SubmitOutcome[]> {
    signal?.throwIfAborted();
    await this.#ready();
    const { batches, submitter } = this.#parts;
    const outcomes = new Map<JobKey, SubmitOutcome>();
    for (const { key } of jobs)
      if (batches.has(key)) outcomes.set(key, { key, outcome: 'accepted', known: true });
    const rest = new Map(jobs.map((job) => [job.key, job]));
    for (const key of outcomes.keys()) rest.delete(key);
    const others = [...rest.values()];
    // What has a Job of its own, or may have one, is asked for under its own name again.
    const again = others.filter(({ key }) => this.#isKnown(key));
    const plan = this.#planned(others.filter(({ key }) => !this.#isKnown(key)));
    for (const one of await submitter.submit(plan, signal)) {
      outcomes.set(one.key, one);
      if (one.outcome === 'accepted' && !this.#isKnown(one.key)) this.#accepted.add(one.key);
    }
    for (const one of await submitter.submit({ batches: [], single: again }, signal))
      outcomes.set(one.key, one);
    const reason = 'as many Jobs are there as may be';
    return jobs.map(({ key }) => outcomes.get(key) ?? { key, outcome: 'busy', reason });
  }

  async observe(keys: readonly JobKey[], { signal }: CallOptions = {}): Promise<JobStatus[]> {
    signal?.throwIfAborted();
    await this.#ready();
    const { jobs, pods } = this.#parts;
    const failure = jobs.failure ?? pods.failure;
    // What is known would be told as if it were so now.
    if (failure !== undefined) throw translate(failure, 'following Jobs and pods');
    return this.#statuses(keys);
  }

  async find(keys: readonly JobKey[], { signal }: CallOptions = {}): Promise<JobStatus[]> {
    signal?.throwIfAborted();
    if (keys.length === 0) return [];
    await Promise.all([this.#parts.jobs.refresh(signal), this.#parts.pods.refresh(signal)]);
    return this.#statuses(keys);
  }

  async cancel(
    keys: readonly JobKey[],
    {
      signal,
      reason = 'cancelled',
    }: CallOptions & { readonly reason?: EndRequest['outcome'] } = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    await this.#ready();
    const live = [...new Set(keys)].filter((key) => this.#isKnown(key) && !this.#ended.has(key));
    const message = reason === 'cancelled' ? 'it was asked to end' : `it was ended as ${reason}`;
    const request = { outcome: reason, message };
    const { batches } = this.#parts;
    await batches.cancel(live, request, signal);
    const single = live.filter((key) => !batches.has(key));
    await inParallel(single, { places: AT_ONCE }, (key) => this.#end(key, request, signal));
  }

  async #end(key: JobKey, request: EndRequest, signal?: AbortSignal): Promise<void> {
    await endJob(this.#parts.namespace, key, this.#seen(key), request, signal);
  }

  async *logs(
    key: JobKey,
    { follow = false, signal }: CallOptions & { readonly follow?: boolean } = {},
  ): AsyncGenerator<Uint8Array> {
    await this.#ready();
    if (this.#parts.batches.has(key)) {
      yield* this.#parts.batches.logs(key, follow, signal);
      return;
    }
    yield* this.#logs.read(key, follow, signal);
  }

  watch(listener: (statuses: readonly JobStatus[]) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  async forget(keys: readonly JobKey[]): Promise<void> {
    const { batches, packs, gone } = this.#parts;
    const single = keys.filter((key) => !batches.has(key));
    const done = batches.forget(keys);
    await this.#removal.remove([...single, ...done]);
    batches.discard(done);
    for (const key of keys) {
      packs.remove(key);
      gone.forget(key);
      this.#ended.delete(key);
      this.#accepted.delete(key);
      this.#told.delete(key);
    }
    await this.#removal.removeAnchors(keys, this.#accepted);
  }

  async sweep(
    over: ReadonlySet<RunId>,
    options: CallOptions & { readonly dryRun?: boolean } = {},
  ): Promise<readonly Remains[]> {
    const { helpers } = this.#parts;
    const strays = await helpers.strays(options.signal);
    if (options.dryRun !== true) for (const name of strays) await helpers.remove(name);
    const told = strays.map((name) => ({ what: `Job ${name}, which was never started` }));
    return [...told, ...(await this.#removal.sweep(over, options))];
  }

  async debug(job: DebugJob, terminal: Terminal, options: CallOptions = {}): Promise<number> {
    const { debugIn } = await import('./leader/debug-pod.ts');
    return debugIn(this.#parts, job, terminal, options.signal);
  }

  manifests(project: ProjectFiles): readonly Json[] {
    const { config, name, namespace } = this.#parts;
    return manifests(project, config, name, namespace.name);
  }

  diagnose({ signal }: CallOptions = {}): Promise<readonly Finding[]> {
    return diagnose(this.#parts.namespace, this.#parts.config, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    this.#stuck[Symbol.dispose]();
    this.#parts.batches[Symbol.dispose]();
    this.#parts.jobs[Symbol.dispose]();
    this.#parts.pods[Symbol.dispose]();
    await Promise.allSettled(this.#saving.values());
    await this.#parts.host?.[Symbol.asyncDispose]();
  }

  /** Jobs, or pods of Jobs, have changed. */
  onChange(names: readonly string[]): void {
    if (!this.#isOpen) return;
    this.#parts.batches.onChange(names);
    const changed = names.flatMap((name) =>
      parseJobKey(name) === undefined ? [] : [name as JobKey],
    );
    const fresh: JobStatus[] = [];
    for (const key of new Set(changed)) {
      const seen = this.#seen(key);
      if (seen === undefined) continue;
      this.#accepted.delete(key);
      this.#stuck.look(key, seen);
      const status = statusOf(key, seen);
      if (status.state === 'ended') this.#keepEnd(status, seen);
      else fresh.push(status);
    }
    this.#tell(fresh);
  }

  /** Of those that there is room for: each that needs a Job of its own takes one, those that share one only count as tasks. */
  #planned(jobs: readonly JobSpec[]): BatchPlan {
    const { config, batches } = this.#parts;
    const rules = config.pack === false ? NO_BATCHES : config.pack;
    const plan = planBatches(jobs, rules);
    const alone = new Set(plan.single);
    const live = this.#live();
    let own = config.maxLiveJobs - live;
    let all = (this.traits.maxLiveJobs ?? Number.POSITIVE_INFINITY) - live - batches.live;
    const taken = jobs.filter((job) => {
      const isAlone = alone.has(job);
      if (all <= 0 || (isAlone && own <= 0)) return false;
      all -= 1;
      if (isAlone) own -= 1;
      return true;
    });
    return taken.length === jobs.length ? plan : planBatches(taken, rules);
  }

  #tell(statuses: readonly JobStatus[]): void {
    const news = statuses.filter(({ key, state }) => {
      if (state === 'absent' || state === 'unknown') return false;
      const told = this.#told.get(key);
      if (told !== undefined && RANK[told] >= RANK[state]) return false;
      this.#told.set(key, state);
      return true;
    });
    for (const listener of this.#listeners) listener(news);
    for (const follower of this.#followers) follower();
  }

  /** An end is told once its log is here: nothing is removed that was not read. */
  #keepEnd(status: JobStatus, { job, pod }: Seen): void {
    const { key } = status;
    if (this.#ended.has(key) || this.#saving.has(key)) return;
    this.#stuck.drop(key);
    const { namespace, log } = this.#parts;
    const file = job.metadata.annotations?.[OURS.log];
    const saved =
      file === undefined || existsSync(file) ? Promise.resolve() : saveLog(namespace, pod, file);
    const kept = saved
      .catch((error: unknown) => log.warn({ err: error, key }, 'a log could not be brought here'))
      .then(() => {
        this.#saving.delete(key);
        this.#ended.set(key, this.#withCalls(status));
        if (this.#isOpen) this.#tell([this.#withCalls(status)]);
      });
    this.#saving.set(key, kept);
  }

  /** Of a pack, what its runner says of each call; of one that was ended from outside, how far it came. */
  #withCalls(status: JobStatus): JobStatus {
    const calls = this.#parts.packs.read(status.key);
    if (calls === undefined || status.exit === undefined) return status;
    const { outcome } = status.exit;
    const isOwn = outcome === 'succeeded' || outcome === 'user-error';
    const exit = isOwn ? { ...status.exit, ...calls.exit } : status.exit;
    return { ...status, exit, progress: calls.progress };
  }

  #ready(): Promise<unknown> {
    return Promise.all([this.#parts.jobs.ready(), this.#parts.pods.ready()]);
  }

  #isKnown(key: JobKey): boolean {
    const { batches, jobs } = this.#parts;
    return (
      this.#accepted.has(key) || this.#ended.has(key) || batches.has(key) || jobs.items.has(key)
    );
  }

  #live(): number {
    let live = this.#accepted.size;
    for (const key of this.#parts.jobs.items.keys())
      if (!isBatchName(key) && !this.#ended.has(key as JobKey)) live += 1;
    return live;
  }

  /** What is there of a job. */
  #seen(key: JobKey): Seen | undefined {
    const { jobs, pods, gone } = this.#parts;
    const job = jobs.items.get(key);
    if (job === undefined) return undefined;
    const pod = latest(pods.ofGroup(key));
    return pod === undefined ? { job, isGone: isOver(job) && gone.has(key) } : { job, pod };
  }

  async #statuses(keys: readonly JobKey[]): Promise<JobStatus[]> {
    for (const key of keys) this.#seen(key);
    this.#parts.batches.statuses(keys);
    await this.#parts.gone.settled();
    // Ends are told only with their logs in place.
    for (const key of new Set(keys)) {
      const seen = this.#seen(key);
      const status = seen === undefined ? undefined : statusOf(key, seen);
      if (seen !== undefined && status?.state === 'ended') this.#keepEnd(status, seen);
      await this.#saving.get(key);
    }
    const members = this.#parts.batches.statuses(keys);
    return keys.map((key) => {
      const known = this.#ended.get(key) ?? members.get(key);
      if (known !== undefined) return known;
      const seen = this.#seen(key);
      if (seen !== undefined) return statusOf(key, seen);
      if (this.#accepted.has(key)) return { key, state: 'queued' };
      const { failure } = this.#parts.jobs;
      if (failure === undefined) return { key, state: 'absent' };
      const reason = failure instanceof Error ? failure.message : 'the watch broke off';
      return { key, state: 'unknown', reason };
    });
  }
}
