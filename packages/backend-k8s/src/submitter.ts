import { createHash } from 'node:crypto';
import {
  canonicalJson,
  inParallel,
  isFlowError,
  type JobSpec,
  type Json,
  parseJobKey,
  type SubmitOutcome,
} from '@orchestrate/core';
import { ApiRefusal, isNotTaken } from './api-client.ts';
import { type K8sConfig, K8sJobOptions } from './config.ts';
import { jobManifest } from './job-manifest.ts';
import type { Namespace } from './namespace.ts';
import { type Job, OURS, type Thing } from './objects.ts';
import type { Packs } from './packs.ts';

/** Calls that are made at once. */
const AT_ONCE = 16;
/** Most bytes of the values in one Secret; the server takes a mebibyte. */
const SECRET_BYTES = 700_000;

interface Environment {
  readonly secret: string;
  readonly keys: ReadonlyMap<string, string>;
}

interface Prepared {
  readonly job: JobSpec;
  readonly options: K8sJobOptions;
}

const refused = ({ key }: JobSpec, reason: string): SubmitOutcome => ({
  key,
  outcome: 'rejected',
  reason,
});

const runOf = ({ key }: JobSpec): string => parseJobKey(key)?.run ?? key;

/** Name of the object that all objects of a run belong to. */
export const anchorName = (run: string): string => `orchestrate-${run}`;

/** What a job is, without its environment, which may hold secrets. */
function digestOf(job: JobSpec): string {
  const told = JSON.parse(JSON.stringify({ ...job, environment: {} })) as Json;
  return createHash('sha256').update(canonicalJson(told)).digest('hex');
}

/** Makes Jobs. A Job has the key as its name, so that it cannot be made twice. */
export class Submitter {
  readonly #namespace: Namespace;
  readonly #config: K8sConfig;
  readonly #owner: string;
  readonly #packs: Packs;
  #underWay = 0;
  readonly #anchors = new Map<string, Promise<{ readonly name: string; readonly uid: string }>>();

  constructor(namespace: Namespace, config: K8sConfig, owner: string, packs: Packs) {
    this.#packs = packs;
    this.#namespace = namespace;
    this.#config = config;
    this.#owner = owner;
  }

  /** Whether Jobs are being made at the moment. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** The anchor of a run was removed. */
  dropAnchor(run: string): void {
    this.#anchors.delete(run);
  }

  async submit(jobs: readonly JobSpec[], signal?: AbortSignal): Promise<SubmitOutcome[]> {
    this.#underWay += 1;
    try {
      return await this.#submit(jobs, signal);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #submit(jobs: readonly JobSpec[], signal?: AbortSignal): Promise<SubmitOutcome[]> {
    const outcomes = new Map<JobSpec, SubmitOutcome>();
    const prepared: Prepared[] = [];
    for (const job of jobs) {
      const ready = this.#prepare(job);
      if ('outcome' in ready) outcomes.set(job, ready);
      else prepared.push(ready);
    }
    if (prepared.length > 0) {
      const environments = await this.#writeEnvironments(prepared, signal);
      await inParallel(prepared, { places: AT_ONCE }, async (one) => {
        outcomes.set(one.job, await this.#make(one, environments.get(one.job), signal));
      });
    }
    return jobs.flatMap((job) => outcomes.get(job) ?? []);
  }

  #prepare(job: JobSpec): Prepared | SubmitOutcome {
    if ((job.image ?? this.#config.image) === undefined)
      return refused(job, 'it has no image: give the task or the backend one');
    const options = K8sJobOptions.safeParse(job.backendOptions ?? {});
    if (options.success) return { job, options: options.data };
    const problems = options.error.issues.map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );
    return refused(job, `options: ${problems.join('; ')}`);
  }

  /** The object that all objects of a run belong to: who deletes it deletes them. */
  #anchor(run: string): Promise<{ readonly name: string; readonly uid: string }> {
    const known = this.#anchors.get(run);
    if (known !== undefined) return known;
    const made = this.#makeAnchor(run);
    this.#anchors.set(run, made);
    made.catch(() => this.#anchors.delete(run));
    return made;
  }

  async #makeAnchor(run: string): Promise<{ readonly name: string; readonly uid: string }> {
    const name = anchorName(run);
    const labels = {
      'app.kubernetes.io/managed-by': 'orchestrate',
      [OURS.owner]: this.#owner,
      [OURS.run]: run,
    };
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } };
    const made = await this.#create(`making ConfigMap ${name}`, 'configmaps', name, body);
    return { name, uid: made.metadata.uid ?? '' };
  }

  /** Makes an object, or finds the one of that name. @throws K8S_* */
  async #create(
    what: string,
    kind: 'configmaps' | 'secrets',
    name: string,
    body: object,
    signal?: AbortSignal,
  ): Promise<Thing> {
    const { path, api } = { path: this.#namespace.path(kind), api: this.#namespace.api };
    const call = { body, ...(signal === undefined ? {} : { signal }) };
    try {
      return await api.call<Thing>('POST', path, call);
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.status !== 409)
        return this.#namespace.call(what, 'POST', path, call);
    }
    // Made by an earlier call, of which the answer was lost. What it holds may be otherwise now.
    return this.#namespace.call(what, 'PUT', this.#namespace.path(kind, name), call);
  }

  /** Environments go into Secrets: whoever may look at pods need not see them. One Secret for many jobs. */
  async #writeEnvironments(
    prepared: readonly Prepared[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<JobSpec, Environment>> {
    const found = new Map<JobSpec, Environment>();
    for (const group of groups(prepared.map(({ job }) => job))) {
      const [first] = group;
      if (first === undefined) continue;
      const secret = `${first.key}-env`;
      const data: Record<string, string> = {};
      for (const [index, job] of group.entries()) {
        const keys = new Map<string, string>();
        for (const [at, [name, value]] of Object.entries(job.environment).entries()) {
          const key = `${index}.${at}`;
          keys.set(name, key);
          data[key] = Buffer.from(value).toString('base64');
        }
        if (keys.size > 0) found.set(job, { secret, keys });
      }
      if (Object.keys(data).length === 0) continue;
      const anchor = await this.#anchor(runOf(first));
      const metadata = {
        name: secret,
        labels: {
          'app.kubernetes.io/managed-by': 'orchestrate',
          [OURS.owner]: this.#owner,
          [OURS.run]: runOf(first),
        },
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', ...anchor }],
      };
      const body = { apiVersion: 'v1', kind: 'Secret', metadata, data };
      await this.#create(`making Secret ${secret}`, 'secrets', secret, body, signal);
    }
    return found;
  }

  async #make(
    { job, options }: Prepared,
    environment: Environment | undefined,
    signal?: AbortSignal,
  ): Promise<SubmitOutcome> {
    const { key } = job;
    const digest = digestOf(job);
    const run = runOf(job);
    try {
      const parts = { job, run, options, digest, owner: this.#owner, config: this.#config };
      const anchor = await this.#anchor(run);
      const given = {
        ...(environment === undefined ? {} : { environment }),
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

/** Jobs of one run whose environments fit into one Secret. */
function groups(jobs: readonly JobSpec[]): JobSpec[][] {
  const made: JobSpec[][] = [];
  let bytes = 0;
  for (const job of jobs) {
    const size = Object.values(job.environment).reduce((sum, value) => sum + value.length * 2, 0);
    const last = made.at(-1);
    const isSame = last?.[0] !== undefined && runOf(last[0]) === runOf(job);
    if (last !== undefined && isSame && bytes + size <= SECRET_BYTES) {
      last.push(job);
      bytes += size;
    } else {
      made.push([job]);
      bytes = size;
    }
  }
  return made;
}
