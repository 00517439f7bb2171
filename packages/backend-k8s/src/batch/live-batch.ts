import type { JobExit, JobKey, JobStatus } from '@orchestrate/core';
import { waitReason } from '../job-state.ts';
import { type Pod, timeOf } from '../objects.ts';
import type { BatchFiles, BatchRecord } from './batch-files.ts';
import { podOf } from './batch-plan.ts';
import { exitOfCode, type Mark, ResultsReader } from './batch-results.ts';
import { type BatchSight, indexOf, type Over, overOf } from './pod-over.ts';

/** How long a pod may be over before what it wrote last has to be seen through the shared files, milliseconds. */
const FILES_LAG_MS = 10_000;

/** The jobs of one Indexed Job: how far each is, from what the pods write and from what the cluster says of the pods. */
export class LiveBatch {
  readonly name: string;
  readonly record: BatchRecord;
  readonly #files: BatchFiles;
  readonly #marks: (Mark | undefined)[];
  readonly #readers: readonly ResultsReader[];
  readonly #ends: (JobExit | undefined)[];
  /** Since when pods have been over, by the clock that never goes back. */
  readonly #overSince = new Map<number, number>();
  readonly #forgotten: Set<number>;
  #wasSeen = false;

  constructor(name: string, record: BatchRecord, files: BatchFiles) {
    this.name = name;
    this.record = record;
    this.#files = files;
    this.#forgotten = new Set(files.forgotten(name));
    this.#marks = Array.from({ length: record.keys.length });
    this.#ends = Array.from({ length: record.keys.length });
    this.#readers = Array.from(
      { length: record.pods },
      (_, pod) => new ResultsReader(files.results(name, pod)),
    );
  }

  /** How many jobs have not ended. */
  get live(): number {
    return this.#ends.reduce((count, end) => count + (end === undefined ? 1 : 0), 0);
  }

  /** Whether every job has ended. */
  get isOver(): boolean {
    return this.#ends.every((end) => end !== undefined);
  }

  /** Whether nobody asks after any of its jobs any more. */
  get isForgotten(): boolean {
    return this.#forgotten.size === this.record.keys.length;
  }

  forget(positions: readonly number[]): void {
    const news = positions.filter((position) => !this.#forgotten.has(position));
    if (news.length === 0) return;
    this.#files.forget(this.name, news);
    for (const position of news) this.#forgotten.add(position);
  }

  /** Looks at files and pods, and answers the positions of which something new is known. */
  look(sight: BatchSight, now: number): number[] {
    const changed: number[] = [];
    this.#wasSeen ||= sight.job !== undefined;
    for (let pod = 0; pod < this.record.pods; pod += 1) {
      for (const [position, mark] of this.#readers[pod]?.read() ?? [])
        if (this.#take(position, mark)) changed.push(position);
      const over = overOf(pod, sight, this.#wasSeen);
      if (over === undefined) {
        this.#overSince.delete(pod);
        continue;
      }
      const since = this.#overSince.get(pod) ?? now;
      this.#overSince.set(pod, since);
      // A pod that did all its work has written so; it may take a while to be seen here.
      if (over.running.outcome === 'lost' && now - since < FILES_LAG_MS) continue;
      changed.push(...this.#endRest(pod, over));
    }
    return changed;
  }

  #take(position: number, mark: Mark): boolean {
    if (position >= this.#marks.length || this.#ends[position] !== undefined) return false;
    this.#marks[position] = mark;
    if (mark === 'started') return true;
    this.#ends[position] =
      mark === 'cancelled' ? this.#asked(position) : exitOfCode(mark.code, this.record.resources);
    return true;
  }

  #asked(position: number): JobExit {
    const asked = this.#files.cancelled(this.name, position);
    return asked ?? { outcome: 'cancelled', message: 'it was asked to end' };
  }

  #endRest(pod: number, { running, why }: Over): number[] {
    const ended: number[] = [];
    for (let position = pod; position < this.#ends.length; position += this.record.pods) {
      if (this.#ends[position] !== undefined) continue;
      const asked = this.#files.cancelled(this.name, position);
      const hasStarted = this.#marks[position] === 'started';
      const message = `its pod ended before it came to it: ${why}`;
      this.#ends[position] = asked ?? (hasStarted ? running : { outcome: 'preempted', message });
      ended.push(position);
    }
    return ended;
  }

  status(position: number, sight: BatchSight): JobStatus {
    const key = this.record.keys[position] as JobKey;
    const exit = this.#ends[position];
    if (exit !== undefined) return { key, state: 'ended', exit };
    if (this.#marks[position] === 'started') {
      const pod = this.podOf(position, sight);
      const startedAt = timeOf(pod?.status?.startTime);
      return { key, state: 'running', ...(startedAt === undefined ? {} : { startedAt }) };
    }
    const { job } = sight;
    const pod = this.podOf(position, sight);
    const reason = job === undefined ? undefined : waitReason({ job, pod });
    return { key, state: 'queued', ...(reason === undefined ? {} : { reason }) };
  }

  /** The pod that runs a job, or ran it. */
  podOf(position: number, { pods }: BatchSight): Pod | undefined {
    const index = podOf(position, this.record.pods);
    return pods.findLast((pod) => indexOf(pod) === index);
  }

  /** Whether a job is under way. */
  isRunning(position: number): boolean {
    return this.#marks[position] === 'started' && this.#ends[position] === undefined;
  }

  /** Whether a job has ended. */
  hasEnded(position: number): boolean {
    return this.#ends[position] !== undefined;
  }
}
