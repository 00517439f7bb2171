import { appendFileSync } from 'node:fs';
import type {
  BackendTraits,
  ComputeBackend,
  JobKey,
  JobSpec,
  JobStatus,
  SubmitOutcome,
} from '@orchestrate/core';

/** What a command does; the first word of its argv picks it. Throwing fails the job. */
export type Program = (
  job: JobSpec,
  words: readonly string[],
  print: (text: string) => void,
) => void;

/** Commands are functions of the test, run in this process as soon as they are submitted. Jobs outlive their leader. */
export class ProgramBackend implements ComputeBackend {
  readonly traits: BackendTraits = {
    work: ['command', 'shell', 'functions'],
    containers: true,
    sharedFilesystem: true,
    pushes: true,
    enforcesTime: true,
    enforcesMemory: true,
    outlivesLeader: true,
    settleSeconds: 0,
    slots: 64,
    pollSeconds: 5,
  };
  readonly #programs: Readonly<Record<string, Program>>;
  readonly #known: Map<JobKey, JobStatus>;
  readonly #listeners = new Set<(statuses: readonly JobStatus[]) => void>();
  /** Everything submitted, in order. */
  readonly submitted: JobSpec[] = [];
  /** While false, jobs stay running. */
  isOpen = true;
  readonly #held: JobSpec[] = [];

  constructor(programs: Readonly<Record<string, Program>>, known = new Map<JobKey, JobStatus>()) {
    this.#programs = programs;
    this.#known = known;
  }

  async submit(jobs: readonly JobSpec[]): Promise<readonly SubmitOutcome[]> {
    for (const job of jobs) {
      if (this.#known.has(job.key)) continue;
      this.submitted.push(job);
      this.#known.set(job.key, { key: job.key, state: 'running', startedAt: 1 });
      if (this.isOpen) setImmediate(() => this.#run(job));
      else this.#held.push(job);
    }
    return jobs.map(({ key }) => ({ key, outcome: 'accepted' }));
  }

  /** Lets held jobs run. */
  release(): void {
    this.isOpen = true;
    for (const job of this.#held.splice(0)) this.#run(job);
  }

  #run(job: JobSpec): void {
    const words = job.work.kind === 'command' ? job.work.argv : ['shell'];
    let status: JobStatus;
    try {
      const program = this.#programs[words[0] ?? ''];
      if (program === undefined) throw new TypeError(`no program ${words[0]}`);
      program(job, words.slice(1), (text) => appendFileSync(job.logPath, text));
      status = { key: job.key, state: 'ended', exit: { outcome: 'succeeded', code: 0 } };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const exit = { outcome: 'user-error', code: 1, message } as const;
      status = { key: job.key, state: 'ended', exit };
    }
    this.#known.set(job.key, status);
    for (const listener of this.#listeners) listener([status]);
  }

  async observe(keys: readonly JobKey[]): Promise<readonly JobStatus[]> {
    return keys.map((key) => this.#known.get(key) ?? { key, state: 'absent' });
  }

  find(keys: readonly JobKey[]): Promise<readonly JobStatus[]> {
    return this.observe(keys);
  }

  async cancel(keys: readonly JobKey[]): Promise<void> {
    for (const key of keys) {
      if (this.#known.get(key)?.state !== 'running') continue;
      const exit = { outcome: 'cancelled', message: 'cancelled' } as const;
      const status: JobStatus = { key, state: 'ended', exit };
      this.#known.set(key, status);
      for (const listener of this.#listeners) listener([status]);
    }
  }

  async *logs(): AsyncGenerator<Uint8Array> {}

  watch(listener: (statuses: readonly JobStatus[]) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
