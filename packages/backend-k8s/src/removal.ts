import { inParallel, type JobKey, parseJobKey, type Remains, type RunId } from '@orchestrate/core';
import type { Namespace } from './namespace.ts';
import { type Job, type ListOf, OURS, type Thing } from './objects.ts';
import { anchorName, type RunObjects } from './run-objects.ts';
import type { Submitter } from './submitter.ts';
import type { WatchedList } from './watched-list.ts';

/** What is needed to remove what nobody asks after any more. */
export interface RemovalParts {
  readonly namespace: Namespace;
  readonly jobs: WatchedList<Job>;
  readonly objects: RunObjects;
  readonly submitter: Submitter;
  /** Label of all that is ours. */
  readonly owner: string;
}

const AT_ONCE = 16;
const PAGE = 500;

/** Takes Jobs away, and what was there for them only. */
export class Removal {
  readonly #parts: RemovalParts;

  constructor(parts: RemovalParts) {
    this.#parts = parts;
  }

  /** Removes Jobs, and Secrets that no other Job reads. */
  async remove(names: readonly string[]): Promise<void> {
    const { namespace, jobs } = this.#parts;
    const secrets = new Set<string>();
    await inParallel(names, { places: AT_ONCE }, async (name) => {
      const job = await this.#ours(name);
      if (job === undefined) return;
      const { annotations, uid } = job.metadata;
      const secret = annotations?.[OURS.environment];
      if (secret !== undefined) secrets.add(secret);
      await namespace.remove(
        `removing Job ${name}`,
        namespace.path('jobs', name),
        uid === undefined ? {} : { uid },
      );
      jobs.items.delete(name);
    });
    const used = new Set(
      [...jobs.items.values()].map(({ metadata }) => metadata.annotations?.[OURS.environment]),
    );
    const unused = [...secrets].filter((name) => !used.has(name));
    await inParallel(unused, { places: AT_ONCE }, (name) =>
      namespace.remove(`removing Secret ${name}`, namespace.path('secrets', name)),
    );
  }

  /** The Job of a name, unless it is gone, or somebody else's. */
  async #ours(name: string): Promise<Job | undefined> {
    const { namespace, jobs, owner } = this.#parts;
    const listed = jobs.items.get(name);
    if (listed !== undefined) return listed;
    const path = namespace.path('jobs', name);
    const found = await namespace.find<Job>(`looking at Job ${name}`, path);
    return found?.metadata.labels?.[OURS.owner] === owner ? found : undefined;
  }

  /** What holds a run together goes with its last job; it is made again when there is another one. */
  async removeAnchors(keys: readonly JobKey[], accepted: ReadonlySet<JobKey>): Promise<void> {
    const { namespace, jobs, submitter, objects } = this.#parts;
    const runs = new Set(keys.map((key) => parseJobKey(key)?.run ?? ''));
    const left = new Set(
      [...jobs.items.values()].map(({ metadata }) => metadata.labels?.[OURS.run]),
    );
    for (const key of accepted) left.add(parseJobKey(key)?.run);
    for (const run of runs) {
      if (run === '' || left.has(run) || submitter.isBusy) continue;
      objects.dropAnchor(run);
      const name = anchorName(run);
      await namespace.remove(`removing ConfigMap ${name}`, namespace.path('configmaps', name));
    }
  }

  /**
   * Removes what holds runs together, and with it all that belongs to them, of runs that are over. Others in the namespace may
   * have projects in folders of the same name: only runs that are named are touched.
   */
  async sweep(
    over: ReadonlySet<RunId>,
    { dryRun = false, signal }: { readonly dryRun?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<Remains[]> {
    const { namespace, objects } = this.#parts;
    const found: (Remains & { readonly run: RunId })[] = [];
    for await (const { metadata } of this.#anchors(signal)) {
      const run = metadata.labels?.[OURS.run] as RunId | undefined;
      if (run === undefined || !over.has(run)) continue;
      found.push({
        run,
        what: `ConfigMap ${metadata.name}, with the Jobs and Secrets that belong to it`,
      });
    }
    if (dryRun) return found;
    await inParallel(found, { places: AT_ONCE }, async ({ run }) => {
      objects.dropAnchor(run);
      const name = anchorName(run);
      await namespace.remove(
        `removing ConfigMap ${name}`,
        namespace.path('configmaps', name),
        signal === undefined ? {} : { signal },
      );
    });
    return found;
  }

  async *#anchors(signal: AbortSignal | undefined): AsyncGenerator<Thing> {
    const { namespace, objects } = this.#parts;
    let more: string | undefined;
    do {
      const query = { labelSelector: objects.selector, limit: PAGE, continue: more };
      const given = signal === undefined ? { query } : { query, signal };
      const path = namespace.path('configmaps');
      const list = await namespace.call<ListOf<Thing>>('listing ConfigMaps', 'GET', path, given);
      yield* list.items;
      more = list.metadata.continue === '' ? undefined : list.metadata.continue;
    } while (more !== undefined);
  }
}
