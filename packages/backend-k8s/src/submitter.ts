import { createHash } from 'node:crypto';
import {
  canonicalJson,
  inParallel,
  isFlowError,
  type JobKey,
  type JobSpec,
  type Json,
  type SubmitOutcome,
} from '@orchestrate/core';
import { ApiRefusal, isNotTaken } from './api-client.ts';
import type { BatchFiles } from './batch/batch-files.ts';
import type { Batch, BatchPlan } from './batch/batch-plan.ts';
import type { Batches } from './batch/batches.ts';
import { type K8sConfig, K8sJobOptions } from './config.ts';
import type { FileMap } from './file-maps.ts';
import { jobManifest } from './job-manifest.ts';
import type { Namespace } from './namespace.ts';
import { type Job, OURS } from './objects.ts';
import type { Packs } from './packs.ts';
import { type Environment, type RunObjects, runOf } from './run-objects.ts';

/** Calls that are made at once. */
const AT_ONCE = 16;

interface Prepared {
  readonly job: JobSpec;
  readonly options: K8sJobOptions;
  readonly fileMaps: readonly FileMap[];
}

const refused = ({ key }: JobSpec, reason: string): SubmitOutcome => ({
  key,
  outcome: 'rejected',
  reason,
});

/** What a job is, without its environment, which may hold secrets. */
function digestOf(job: JobSpec): string {
  const told = JSON.parse(JSON.stringify({ ...job, environment: {} })) as Json;
  return createHash('sha256').update(canonicalJson(told)).digest('hex');
}

/** What a {@link Submitter} works with. */
export interface SubmitterParts {
  readonly namespace: Namespace;
  readonly config: K8sConfig;
  readonly owner: string;
  readonly packs: Packs;
  readonly batches: Batches;
  readonly files: BatchFiles;
  readonly objects: RunObjects;
}

/** What a pod needs beside its jobs, seconds. */
const POD_SLACK_SECONDS = 30;

/** Makes Jobs. A Job has the key as its name, so that it cannot be made twice. */
export class Submitter {
  readonly #namespace: Namespace;
  readonly #config: K8sConfig;
  readonly #owner: string;
  readonly #packs: Packs;
  readonly #batches: Batches;
  readonly #files: BatchFiles;
  readonly #objects: RunObjects;
  #underWay = 0;

  constructor({ namespace, config, owner, packs, batches, files, objects }: SubmitterParts) {
    this.#objects = objects;
    this.#packs = packs;
    this.#batches = batches;
    this.#files = files;
    this.#namespace = namespace;
    this.#config = config;
    this.#owner = owner;
  }

  /** Whether Jobs are being made at the moment. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** One outcome for each job of the plan, in no order. */
  async submit(plan: BatchPlan, signal: AbortSignal | undefined): Promise<SubmitOutcome[]> {
    if (plan.batches.length + plan.single.length === 0) return [];
    this.#underWay += 1;
    try {
      return await this.#submit(plan, signal);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #submit(plan: BatchPlan, signal: AbortSignal | undefined): Promise<SubmitOutcome[]> {
    const outcomes: SubmitOutcome[] = [];
    const batches: { readonly batch: Batch; readonly lead: Prepared }[] = [];
    const single: Prepared[] = [];
    const tellAll = ({ jobs }: Batch, outcome: SubmitOutcome): void => {
      for (const { key } of jobs) outcomes.push({ ...outcome, key });
    };
    for (const batch of plan.batches) {
      // They are alike: what holds of the first holds of all.
      const lead = this.#prepare(batch.jobs[0]);
      if ('outcome' in lead) tellAll(batch, lead);
      else {
        // Known from now on: whoever submits one of them meanwhile does not start it again.
        this.#batches.add(batch.name, this.#files.write(batch, this.#config.graceSeconds));
        batches.push({ batch, lead });
      }
    }
    for (const job of plan.single) {
      const ready = this.#prepare(job);
      if ('outcome' in ready) outcomes.push(ready);
      else single.push(ready);
    }
    const leads = batches.map(({ lead }) => lead);
    const environments = await this.#objects.writeEnvironments(
      [...leads, ...single].map(({ job }) => job),
      signal,
    );
    await inParallel(batches, { places: AT_ONCE }, async ({ batch, lead }) => {
      tellAll(batch, await this.#makeBatch(batch, lead, environments.get(lead.job), signal));
    });
    await inParallel(single, { places: AT_ONCE }, async (one) => {
      outcomes.push(await this.#make(one, environments.get(one.job), signal));
    });
    return outcomes;
  }

  /** One Indexed Job for many jobs. Its files are there before it is, so that whoever finds it can follow it. */
  async #makeBatch(
    batch: Batch,
    { job, ...rest }: Prepared,
    environment: Environment | undefined,
    signal?: AbortSignal,
  ): Promise<SubmitOutcome> {
    const { name, jobs, pods } = batch;
    const { timeSeconds = 0, ...resources } = job.resources;
    const longest = Math.ceil(jobs.length / pods) * timeSeconds + POD_SLACK_SECONDS;
    const whole: JobSpec = {
      ...job,
      key: name as JobKey,
      name: `${job.name} and ${jobs.length - 1} more`,
      work: { kind: 'command', argv: this.#files.command(name) },
      resources: { ...resources, timeSeconds: longest },
      logPath: '',
    };
    const outcome = await this.#make({ job: whole, ...rest }, environment, signal, pods);
    const isTaken = outcome.outcome === 'accepted' || outcome.outcome === 'doubtful';
    if (isTaken) return outcome;
    this.#batches.drop(name);
    this.#files.remove(name);
    return outcome;
  }

  #prepare(job: JobSpec): Prepared | SubmitOutcome {
    if ((job.image ?? this.#config.image) === undefined)
      return refused(job, 'it has no image: give the task or the backend one');
    const options = K8sJobOptions.safeParse(job.backendOptions ?? {});
    if (options.success) return this.#withFiles(job, options.data);
    const problems = options.error.issues.map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );
    return refused(job, `options: ${problems.join('; ')}`);
  }

  /** Files of the project that are not there are no reason to wait. */
  #withFiles(job: JobSpec, options: K8sJobOptions): Prepared | SubmitOutcome {
    try {
      const volumes = { ...this.#config.volumes, ...options.volumes };
      return { job, options, fileMaps: this.#objects.fileMaps(volumes) };
    } catch (error) {
      if (isFlowError(error)) return refused(job, error.message);
      throw error;
    }
  }

  async #make(
    { job, options, fileMaps }: Prepared,
    environment: Environment | undefined,
    signal?: AbortSignal,
    pods?: number,
  ): Promise<SubmitOutcome> {
    const { key } = job;
    const digest = digestOf(job);
    const run = runOf(job);
    try {
      const parts = { job, run, options, digest, owner: this.#owner, config: this.#config };
      const anchor = await this.#objects.anchor(run);
      const given = {
        fileMaps: await this.#objects.writeFileMaps(run, fileMaps, signal),
        ...(environment === undefined ? {} : { environment }),
        ...(pods === undefined ? {} : { pods }),
        ...(job.work.kind === 'functions' ? { calls: this.#packs.write(key, job.work) } : {}),
      };
      const body = jobManifest({ ...parts, anchor, ...given });
      await this.#namespace.api.call('POST', this.#namespace.path('jobs'), {
        body,
        ...(signal === undefined ? {} : { signal }),
      });
      return { key, outcome: 'accepted' };
    } catch (error) {
      if (error instanceof ApiRefusal) return this.#judge(job, digest, error);
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      return {
        key,
        outcome: isFlowError(error) && error.details['clean'] === true ? 'busy' : 'doubtful',
        reason,
      };
    }
  }

  async #judge(job: JobSpec, digest: string, error: ApiRefusal): Promise<SubmitOutcome> {
    const { key } = job;
    const { status, message } = error;
    if (status === 409) return this.#known(job, digest);
    // Too many Jobs for the quota of the namespace, or a server that asks for patience.
    const isBusy = status === 429 || (status === 403 && /exceeded quota/.test(message));
    if (isBusy) return { key, outcome: 'busy', reason: message };
    return { key, outcome: isNotTaken(status) ? 'rejected' : 'doubtful', reason: message };
  }

  /** There is a Job of that name: this one, or that of somebody else. */
  async #known(job: JobSpec, digest: string): Promise<SubmitOutcome> {
    const { key } = job;
    const path = this.#namespace.path('jobs', key);
    const there = await this.#namespace.find<Job>(`looking at Job ${key}`, path);
    if (there === undefined)
      return { key, outcome: 'busy', reason: `Job ${key} is just being deleted` };
    const { labels = {}, annotations = {} } = there.metadata;
    const isOurs = labels[OURS.owner] === this.#owner && annotations[OURS.spec] === digest;
    if (isOurs) return { key, outcome: 'accepted', known: true };
    const reason = `there is a Job ${key} that is not ours, or is other work`;
    return { key, outcome: 'rejected', failure: 'lost', reason };
  }
}
