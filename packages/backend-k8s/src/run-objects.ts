import { type JobSpec, parseJobKey } from '@orchestrate/core';
import { ApiRefusal } from './api-client.ts';
import { type Contents, type FileMap, fileMapsOf } from './file-maps.ts';
import type { Namespace } from './namespace.ts';
import { OURS, type Thing } from './objects.ts';

/** Most bytes of the values in one Secret; the server takes a mebibyte. */
const SECRET_BYTES = 700_000;

/** Where the environment of a job is: variable -> key of the Secret. */
export interface Environment {
  readonly secret: string;
  readonly keys: ReadonlyMap<string, string>;
}

/** The run of a job, or of a batch of jobs. */
export function runOf({ key }: JobSpec): string {
  return parseJobKey(key)?.run ?? key.replace(/-batch-.*$/, '');
}

/** Name of the object that all objects of a run belong to. */
export const anchorName = (run: string): string => `orchestrate-${run}`;

/** What Jobs need beside themselves: the object that holds a run together, and Secrets with environments. */
export class RunObjects {
  readonly #namespace: Namespace;
  readonly #owner: string;
  readonly #project: string;
  readonly #fileMaps = new Map<string, Promise<void>>();
  readonly #filesRead = new Map<string, readonly FileMap[]>();
  readonly #anchors = new Map<string, Promise<{ readonly name: string; readonly uid: string }>>();

  /** `owner`: what tells the objects of this backend from all others. `project`: absolute path of its folder. */
  constructor(namespace: Namespace, owner: string, project: string) {
    this.#namespace = namespace;
    this.#owner = owner;
    this.#project = project;
  }

  /** What the labels of all that is made here have in common. */
  get selector(): string {
    return `${OURS.owner}=${this.#owner}`;
  }

  /** The anchor of a run was removed. */
  dropAnchor(run: string): void {
    this.#anchors.delete(run);
    for (const name of this.#fileMaps.keys())
      if (name.startsWith(anchorName(run))) this.#fileMaps.delete(name);
  }

  /** The object that all objects of a run belong to: who deletes it deletes them. */
  anchor(run: string): Promise<{ readonly name: string; readonly uid: string }> {
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

  /** Volumes that hold files of the project, read once. @throws K8S_CONFIG, PATH_* */
  fileMaps(volumes: Parameters<typeof fileMapsOf>[0]): readonly FileMap[] {
    const asked = Object.entries(volumes).flatMap(([name, { files }]) =>
      files === undefined ? [] : [[name, files]],
    );
    if (asked.length === 0) return [];
    const key = JSON.stringify(asked);
    const known = this.#filesRead.get(key) ?? fileMapsOf(volumes, this.#project);
    this.#filesRead.set(key, known);
    return known;
  }

  /** Makes ConfigMaps of them: volume -> ConfigMap. @throws K8S_* */
  async writeFileMaps(
    run: string,
    maps: readonly FileMap[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    for (const { volume, digest, contents } of maps) {
      const name = `${anchorName(run)}-${digest}`;
      names.set(volume, name);
      const made = this.#fileMaps.get(name) ?? this.#makeFileMap(run, name, contents, signal);
      this.#fileMaps.set(name, made);
      made.catch(() => this.#fileMaps.delete(name));
      await made;
    }
    return names;
  }

  async #makeFileMap(
    run: string,
    name: string,
    contents: Contents,
    signal?: AbortSignal,
  ): Promise<void> {
    const metadata = {
      name,
      // Not those of an anchor: it goes with the anchor and is none.
      labels: { 'app.kubernetes.io/managed-by': 'orchestrate', [OURS.run]: run },
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', ...(await this.anchor(run)) }],
    };
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...contents };
    await this.#create(`making ConfigMap ${name}`, 'configmaps', name, body, signal);
  }

  /** Environments go into Secrets: whoever may look at pods need not see them. One Secret for many jobs. */
  async writeEnvironments(
    jobs: readonly JobSpec[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<JobSpec, Environment>> {
    const found = new Map<JobSpec, Environment>();
    for (const group of groups(jobs)) {
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
      const anchor = await this.anchor(runOf(first));
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
