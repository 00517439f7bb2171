import type { JobKey, JobStatus, Logger } from '@orchestrate/core';
import type { LocalJob } from './local-job.ts';

type Listener = (statuses: readonly JobStatus[]) => void;

/** The jobs this leader knows, and who wants to hear of their changes. */
export class JobTable {
  readonly #jobs = new Map<JobKey, LocalJob>();
  readonly #listeners = new Set<Listener>();
  readonly #log: Logger;
  #changed = new Set<LocalJob>();
  readonly #vanished = new Set<JobKey>();

  constructor(log: Logger) {
    this.#log = log;
  }

  get(key: JobKey): LocalJob | undefined {
    return this.#jobs.get(key);
  }

  add(job: LocalJob): void {
    this.#jobs.set(job.key, job);
  }

  delete(key: JobKey): void {
    this.#jobs.delete(key);
  }

  values(): IterableIterator<LocalJob> {
    return this.#jobs.values();
  }

  status(key: JobKey): JobStatus {
    return this.#jobs.get(key)?.status() ?? { key, state: 'absent' };
  }

  listen(listener: Listener): Disposable {
    const own: Listener = (statuses) => listener(statuses);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** Reports the job's state soon, together with whatever else changes until then. */
  changed(job: LocalJob): void {
    this.#reportSoon();
    this.#changed.add(job);
  }

  /** Drops a job that turned out not to exist, and says so. */
  vanished(job: LocalJob): void {
    this.#reportSoon();
    this.#jobs.delete(job.key);
    this.#changed.delete(job);
    this.#vanished.add(job.key);
  }

  #reportSoon(): void {
    if (this.#changed.size + this.#vanished.size === 0) setImmediate(() => this.#report());
  }

  #report(): void {
    const jobs = this.#changed;
    const gone = [...this.#vanished].filter((key) => !this.#jobs.has(key));
    this.#changed = new Set();
    this.#vanished.clear();
    if (this.#listeners.size === 0) return;
    const statuses: JobStatus[] = [
      ...[...jobs].map((job) => job.status(true)),
      ...gone.map((key) => ({ key, state: 'absent' as const })),
    ];
    if (statuses.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(statuses);
      } catch (error) {
        this.#log.error({ error }, 'a listener of job states failed');
      }
    }
  }
}
