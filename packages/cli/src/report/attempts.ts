import type { FailureClass, Usage } from '@orchestrate/core';
import { eachOf, type JournalEntry, type Ranges } from '@orchestrate/engine';
import type { AttemptEnd } from './report-types.ts';

/** One attempt of a task. Milliseconds since 1970. */
export interface Attempt {
  readonly task: number;
  /** Counted from 1, as the names of logs do. */
  readonly number: number;
  readonly job: number;
  readonly submittedAt: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  end: AttemptEnd;
  failure: FailureClass | undefined;
  cpuSeconds: number | undefined;
}

/** Tasks of one job that are still in it. */
interface Job {
  readonly backend: string;
  readonly open: Map<number, Attempt>;
  readonly isPack: boolean;
  /** When the last task before the next one ended: the calls of a pack are made one after another. */
  turnAt: number | undefined;
}

/** All attempts of a run, by the order of their submission: the fold of its entries. */
export class AttemptFold {
  readonly attempts: Attempt[] = [];
  readonly backends: string[] = [];
  readonly #jobs = new Map<number, Job>();
  readonly #live = new Map<number, Attempt>();
  readonly #numbers = new Map<number, number>();

  feed({ fact, at }: JournalEntry): void {
    switch (fact.type) {
      case 'submitting':
        for (const { job, tasks } of fact.jobs) this.#submit(job, tasks, fact.backend, at);
        break;
      case 'started':
        eachOf(fact.jobs, (job) => this.#start(job, at));
        break;
      case 'withdrawn':
        eachOf(fact.jobs, (job) => this.#withdraw(job, fact.tasks, at));
        break;
      case 'succeeded':
        this.#succeed(fact.tasks, new Map(fact.usage ?? []), at);
        break;
      case 'attempt-failed':
        this.#fail(fact, at);
        break;
      case 'check-open':
        this.#end(fact.task, 'succeeded', at);
        break;
      case 'cancelled':
        eachOf(fact.tasks, (task) => this.#end(task, 'cancelled', at));
        break;
      default:
        break;
    }
  }

  /** The backend an attempt was handed to. */
  backendOf({ job }: Attempt): string {
    return this.#jobs.get(job)?.backend ?? '';
  }

  #submit(number: number, tasks: Ranges, backend: string, at: number): void {
    const open = new Map<number, Attempt>();
    eachOf(tasks, (task) => {
      const attempt = this.#add(task, number, at);
      open.set(task, attempt);
    });
    if (!this.backends.includes(backend)) this.backends.push(backend);
    this.#jobs.set(number, { backend, open, isPack: open.size > 1, turnAt: undefined });
  }

  #add(task: number, job: number, at: number): Attempt {
    const number = (this.#numbers.get(task) ?? 0) + 1;
    this.#numbers.set(task, number);
    const attempt: Attempt = {
      task,
      number,
      job,
      submittedAt: at,
      startedAt: undefined,
      endedAt: undefined,
      end: 'open',
      failure: undefined,
      cpuSeconds: undefined,
    };
    this.attempts.push(attempt);
    this.#live.set(task, attempt);
    return attempt;
  }

  #start(number: number, at: number): void {
    const job = this.#jobs.get(number);
    if (job === undefined) return;
    job.turnAt ??= at;
    if (job.isPack) return;
    for (const attempt of job.open.values()) attempt.startedAt ??= at;
  }

  #withdraw(number: number, tasks: Ranges | undefined, at: number): void {
    const job = this.#jobs.get(number);
    if (job === undefined) return;
    const leave = (task: number): void => {
      if (job.open.has(task)) this.#end(task, 'withdrawn', at);
    };
    // A map may lose the key that is being looked at.
    if (tasks === undefined) for (const task of job.open.keys()) leave(task);
    else eachOf(tasks, leave);
  }

  /** Tasks of a pack are told of together: the time since the last one is shared among them. */
  #succeed(tasks: Ranges, usage: ReadonlyMap<number, Usage>, at: number): void {
    const packs = new Map<Job, number[]>();
    eachOf(tasks, (task) => {
      const attempt = this.#live.get(task);
      const job = attempt === undefined ? undefined : this.#jobs.get(attempt.job);
      if (attempt !== undefined) attempt.cpuSeconds = usage.get(task)?.cpuSeconds;
      if (job?.isPack !== true) this.#end(task, 'succeeded', at);
      else if (packs.get(job)?.push(task) === undefined) packs.set(job, [task]);
    });
    for (const [job, together] of packs) {
      const from = job.turnAt ?? at;
      together.forEach((task, place) => {
        this.#end(task, 'succeeded', from + ((at - from) * (place + 1)) / together.length);
      });
    }
  }

  #fail(fact: JournalEntry['fact'] & { readonly type: 'attempt-failed' }, at: number): void {
    const { task, failure, usage, job = -1 } = fact;
    const attempt = this.#live.get(task) ?? this.#add(task, job, at);
    attempt.failure = failure;
    attempt.cpuSeconds = usage?.cpuSeconds;
    this.#end(task, 'failed', at);
  }

  #end(task: number, end: AttemptEnd, at: number): void {
    const attempt = this.#live.get(task);
    if (attempt === undefined) return;
    this.#live.delete(task);
    attempt.end = end;
    attempt.endedAt = at;
    const job = this.#jobs.get(attempt.job);
    if (job === undefined) return;
    job.open.delete(task);
    if (!job.isPack || job.turnAt === undefined || end === 'withdrawn') return;
    attempt.startedAt ??= job.turnAt;
    job.turnAt = at;
  }
}

/** Seconds an attempt ran, as far as the journal goes; `undefined` when it never started. */
export function runSeconds(attempt: Attempt, lastAt: number): number | undefined {
  if (attempt.startedAt === undefined) return undefined;
  return ((attempt.endedAt ?? lastAt) - attempt.startedAt) / 1000;
}
