import { createReadStream, existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, JobKey, JobStatus, Logger } from '@orchestrate/core';
import type { GonePods } from '../gone-pods.ts';
import type { EndRequest } from '../job-state.ts';
import { MERGE_PATCH, type Namespace } from '../namespace.ts';
import { type Job, OURS, type Pod } from '../objects.ts';
import type { WatchedList } from '../watched-list.ts';
import type { BatchFiles, BatchRecord } from './batch-files.ts';
import { isBatchName } from './batch-plan.ts';
import { LiveBatch } from './live-batch.ts';
import type { BatchSight } from './pod-over.ts';

/** What batches are followed with. */
export interface BatchesParts {
  readonly namespace: Namespace;
  readonly files: BatchFiles;
  readonly jobs: WatchedList<Job>;
  readonly pods: WatchedList<Pod>;
  readonly gone: GonePods;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Between two looks at what pods have written; a look asks nothing of the API server. */
const LOOKS_MS = 250;
const FOLLOW_MS = 200;

interface Place {
  readonly batch: LiveBatch;
  readonly position: number;
}

/** Jobs that share the pods of Indexed Jobs. What becomes of each is in files that leader and pods share. */
export class Batches implements Disposable {
  readonly #parts: BatchesParts;
  readonly #batches = new Map<string, LiveBatch>();
  readonly #places = new Map<JobKey, Place>();
  #tell: (statuses: readonly JobStatus[]) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: BatchesParts) {
    this.#parts = parts;
  }

  /** Who is told what is new. */
  listen(tell: (statuses: readonly JobStatus[]) => void): void {
    this.#tell = tell;
  }

  has(key: JobKey): boolean {
    return this.#places.has(key);
  }

  /** How many jobs have not ended. */
  get live(): number {
    let live = 0;
    for (const batch of this.#batches.values()) live += batch.live;
    return live;
  }

  /** A batch whose Job is being made, or was found. */
  add(name: string, record: BatchRecord): void {
    if (this.#batches.has(name)) return;
    const batch = new LiveBatch(name, record, this.#parts.files);
    this.#batches.set(name, batch);
    for (const [position, key] of record.keys.entries()) this.#places.set(key, { batch, position });
    this.#timer ??= setInterval(() => this.#lookAtAll(), LOOKS_MS).unref();
  }

  /** A batch whose Job the server has refused. */
  drop(name: string): void {
    const batch = this.#batches.get(name);
    for (const key of batch?.record.keys ?? []) this.#places.delete(key);
    this.#batches.delete(name);
    if (this.#batches.size === 0) this.#stop();
  }

  /** Jobs, or pods of Jobs, have changed: those that are batches are looked at, and taken over when they are new. */
  onChange(names: readonly string[]): void {
    for (const name of names) {
      if (!isBatchName(name)) continue;
      if (!this.#batches.has(name) && this.#parts.jobs.items.has(name)) this.#adopt(name);
      const batch = this.#batches.get(name);
      if (batch !== undefined) this.#look(batch);
    }
  }

  #adopt(name: string): void {
    const { files, log } = this.#parts;
    const record = files.read(name);
    if (record !== undefined) this.add(name, record);
    else log.warn({ job: name }, 'a Job is there whose files are gone');
  }

  /** What is known of the jobs that are in batches, of those given; each batch is looked at once. */
  statuses(keys: readonly JobKey[]): ReadonlyMap<JobKey, JobStatus> {
    const sights = new Map<LiveBatch, BatchSight>();
    const found = new Map<JobKey, JobStatus>();
    for (const key of keys) {
      const place = this.#places.get(key);
      if (place === undefined) continue;
      const { batch, position } = place;
      const sight = sights.get(batch) ?? this.#look(batch);
      sights.set(batch, sight);
      found.set(key, batch.status(position, sight));
    }
    return found;
  }

  #sight({ name }: LiveBatch): BatchSight {
    const { jobs, pods, gone } = this.#parts;
    const isGone = (index: number): boolean => gone.has(name, index);
    return { job: jobs.items.get(name), pods: pods.ofGroup(name), isGone };
  }

  #lookAtAll(): void {
    for (const batch of this.#batches.values()) if (!batch.isOver) this.#look(batch);
  }

  #look(batch: LiveBatch): BatchSight {
    const sight = this.#sight(batch);
    const changed = batch.look(sight, this.#parts.clock.monotonic());
    if (changed.length > 0)
      this.#tell([...new Set(changed)].map((position) => batch.status(position, sight)));
    return sight;
  }

  /** Keeps jobs from starting; one that runs is ended with its pod, and what that had still to do is done again elsewhere. */
  async cancel(keys: readonly JobKey[], request: EndRequest, signal?: AbortSignal): Promise<void> {
    const { files } = this.#parts;
    const touched = new Map<LiveBatch, number[]>();
    for (const key of keys) {
      const place = this.#places.get(key);
      if (place === undefined || place.batch.hasEnded(place.position)) continue;
      files.cancel(place.batch.name, place.position, request);
      const positions = touched.get(place.batch) ?? [];
      touched.set(place.batch, positions);
      positions.push(place.position);
    }
    for (const [batch, positions] of touched)
      await this.#stopWork(batch, positions, request, signal);
  }

  async #stopWork(
    batch: LiveBatch,
    positions: readonly number[],
    request: EndRequest,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { namespace, files } = this.#parts;
    const { name, record } = batch;
    const what = `ending Job ${name}`;
    const given = { contentType: MERGE_PATCH, ...(signal === undefined ? {} : { signal }) };
    const isAll = record.keys.every(
      (_key, at) => batch.hasEnded(at) || files.cancelled(name, at) !== undefined,
    );
    if (isAll) {
      const mark = { annotations: { [OURS.cancel]: JSON.stringify(request) } };
      const body = { metadata: mark, spec: { suspend: true } };
      await namespace.call(what, 'PATCH', namespace.path('jobs', name), { ...given, body });
      return;
    }
    const sight = this.#sight(batch);
    const pods = new Set(
      positions.flatMap((at) => (batch.isRunning(at) ? (batch.podOf(at, sight) ?? []) : [])),
    );
    for (const pod of pods) {
      const body = { spec: { activeDeadlineSeconds: 1 } };
      const path = namespace.path('pods', pod.metadata.name);
      await namespace.call(what, 'PATCH', path, { ...given, body });
    }
  }

  /** What a job printed, from the file that its pod writes. */
  async *logs(key: JobKey, follow: boolean, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const place = this.#places.get(key);
    if (place === undefined) return;
    const file = place.batch.record.logs[place.position] ?? '';
    for (let at = 0; ; ) {
      const isOver = !follow || place.batch.hasEnded(place.position);
      if (existsSync(file)) {
        for await (const piece of createReadStream(file, { start: at })) {
          at += (piece as Uint8Array).length;
          yield piece as Uint8Array;
        }
      }
      if (isOver) return;
      await pause(FOLLOW_MS, undefined, signal === undefined ? {} : { signal }).catch(
        () => undefined,
      );
      signal?.throwIfAborted();
    }
  }

  /** Nobody asks after these any more; answers the batches of which that is true as a whole. */
  forget(keys: readonly JobKey[]): string[] {
    const touched = new Map<LiveBatch, number[]>();
    for (const key of keys) {
      const place = this.#places.get(key);
      if (place === undefined) continue;
      const positions = touched.get(place.batch) ?? [];
      touched.set(place.batch, positions);
      positions.push(place.position);
    }
    for (const [batch, positions] of touched) batch.forget(positions);
    return [...touched.keys()].filter(({ isForgotten }) => isForgotten).map(({ name }) => name);
  }

  /** Batches whose Jobs are gone for good. */
  discard(names: readonly string[]): void {
    for (const name of names) {
      this.drop(name);
      this.#parts.files.remove(name);
      this.#parts.gone.forget(name);
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
