import { randomBytes } from 'node:crypto';
import type { Clock } from '@orchestrate/core';
import type { K8sConfig } from '../config.ts';
import { k8sError } from '../errors.ts';
import { unstartable, waitReason } from '../job-state.ts';
import { MERGE_PATCH, type Namespace } from '../namespace.ts';
import { type Job, type ListOf, OURS, type Pod, timeOf } from '../objects.ts';
import { companions, type Helper, type HelperUse, helperJob } from './helper-objects.ts';

/** What helpers are started with. */
export interface HelperJobsParts {
  readonly namespace: Namespace;
  readonly config: K8sConfig;
  /** Digest of the project's folder: whose they are. */
  readonly owner: string;
  readonly clock: Clock;
  /** Waits so many milliseconds. */
  readonly pause: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

const LOOK_MS = 400;
const STRAY_MS = 10 * 60_000;

/** Starts and ends helpers. */
export class HelperJobs {
  readonly #parts: HelperJobsParts;

  constructor(parts: HelperJobsParts) {
    this.#parts = parts;
  }

  /** A name that nothing else has. */
  newName(use: HelperUse): string {
    return `orchestrate-${use}-${this.#parts.owner.slice(0, 8)}-${randomBytes(4).toString('hex')}`;
  }

  /** Makes the Job of a helper with everything it needs, and lets it go. @throws K8S_* */
  async start(helper: Helper, signal?: AbortSignal): Promise<void> {
    const { namespace, owner } = this.#parts;
    const given = signal === undefined ? {} : { signal };
    const { name } = helper;
    const what = `starting Job ${name}`;
    const body = helperJob(helper, owner);
    const made = await namespace.call<Job>(what, 'POST', namespace.path('jobs'), {
      ...given,
      body,
    });
    const { uid } = made.metadata;
    const reference = { apiVersion: 'batch/v1', kind: 'Job', name, uid };
    try {
      for (const { kind, body: one } of companions(helper, owner, [reference]))
        await namespace.call(what, 'POST', namespace.path(kind), { ...given, body: one });
      const go = { contentType: MERGE_PATCH, body: { spec: { suspend: false } } };
      await namespace.call(what, 'PATCH', namespace.path('jobs', name), { ...given, ...go });
    } catch (error) {
      await this.remove(name);
      throw error;
    }
  }

  /** Resolves with the pod of a helper once it runs. @throws K8S_LEADER_STUCK and what the API server answers */
  async pod(name: string, signal?: AbortSignal): Promise<string> {
    const { clock, config, namespace, pause } = this.#parts;
    const began = clock.monotonic();
    for (;;) {
      signal?.throwIfAborted();
      const seen = await this.#look(name, signal);
      const phase = seen.pod?.status?.phase;
      if (seen.pod !== undefined && phase === 'Running') return seen.pod.metadata.name;
      const isOver = clock.monotonic() - began > config.unstartableSeconds * 1000;
      if (unstartable(seen) === 'for good' || isOver || phase === 'Failed') {
        const why = waitReason(seen) ?? seen.pod?.status?.message ?? 'nobody says why';
        throw k8sError(
          'K8S_LEADER_STUCK',
          `pod of Job ${name} in namespace ${namespace.name} does not start: ${why}`,
          { details: { job: name, clean: true } },
        );
      }
      await pause(LOOK_MS, signal);
    }
  }

  /** Those that were made and never let go, for who made them was killed: what is young may be under way. */
  async strays(signal?: AbortSignal): Promise<string[]> {
    const { clock, namespace, owner } = this.#parts;
    const query = { labelSelector: `${OURS.leaderOf}=${owner}` };
    const given = signal === undefined ? { query } : { query, signal };
    const path = namespace.path('jobs');
    const list = await namespace.call<ListOf<Job>>('listing Jobs', 'GET', path, given);
    const young = clock.now() - STRAY_MS;
    return list.items
      .filter(({ spec, metadata }) => {
        const made = timeOf(metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY;
        return spec?.suspend === true && made < young;
      })
      .map(({ metadata }) => metadata.name);
  }

  /** Ends a helper, with all that belongs to it. */
  async remove(name: string): Promise<void> {
    const { namespace } = this.#parts;
    await namespace.remove(`removing Job ${name}`, namespace.path('jobs', name));
  }

  async #look(name: string, signal?: AbortSignal) {
    const { namespace } = this.#parts;
    const given = signal === undefined ? {} : { signal };
    const what = `looking at Job ${name}`;
    const path = namespace.path('jobs', name);
    const [job, pods] = await Promise.all([
      namespace.call<Job>(what, 'GET', path, given),
      namespace.call<ListOf<Pod>>(what, 'GET', namespace.path('pods'), {
        ...given,
        query: { labelSelector: `batch.kubernetes.io/job-name=${name}` },
      }),
    ]);
    return { job, pod: pods.items.at(-1) };
  }
}
