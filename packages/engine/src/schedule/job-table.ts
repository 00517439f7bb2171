import { SUBMITTING } from './codes.ts';
import type { SetNode } from './graph.ts';
import type { Job } from './job.ts';

/** What makes a new job. */
export interface NewJob {
  readonly number: number;
  readonly backend: string;
  readonly node: SetNode;
  readonly tasks: readonly number[];
  readonly ordered: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The jobs that may exist, all of them and by backend. Its size follows the number of live jobs, not of tasks. */
export class JobTable {
  /** The number of the next job. */
  next = 0;
  readonly #all = new Map<number, Job>();
  readonly #byBackend = new Map<string, Set<Job>>();
  readonly #unover = new Map<string, number>();
  #ended: Job[] = [];

  get size(): number {
    return this.#all.size;
  }

  get(number: number): Job | undefined {
    return this.#all.get(number);
  }

  values(): Iterable<Job> {
    return this.#all.values();
  }

  of(backend: string): ReadonlySet<Job> {
    return this.#byBackend.get(backend) ?? new Set();
  }

  /** Jobs of a backend that take up room there. */
  live(backend: string): number {
    return this.#unover.get(backend) ?? 0;
  }

  add({ number, backend, node, tasks, ordered, at }: NewJob): void {
    const job: Job = {
      number,
      backend,
      node,
      tasks,
      ordered,
      left: tasks.length,
      state: SUBMITTING,
      isConfirmed: false,
      submittedAt: at,
      startedAt: 0,
      isOver: false,
      isInherited: false,
      isAnswered: false,
      isToFind: false,
      settleAt: 0,
      submittedMono: 0,
      startedMono: 0,
      runSeconds: undefined,
      waitReason: undefined,
      activityAt: 0,
      activityMono: 0,
      isIdleLook: false,
      ending: undefined,
      cancelMono: 0,
      cancels: 0,
      failures: undefined,
      values: undefined,
    };
    this.next = Math.max(this.next, number + 1);
    this.#all.set(number, job);
    const jobs = this.#byBackend.get(backend);
    if (jobs === undefined) this.#byBackend.set(backend, new Set([job]));
    else jobs.add(job);
    this.#unover.set(backend, this.live(backend) + 1);
  }

  over(job: Job): void {
    job.isOver = true;
    this.#unover.set(job.backend, this.live(job.backend) - 1);
  }

  delete(job: Job): void {
    this.#all.delete(job.number);
    this.#byBackend.get(job.backend)?.delete(job);
    this.#ended.push(job);
  }

  /** The jobs deleted since the last call. */
  takeEnded(): readonly Job[] {
    const ended = this.#ended;
    if (ended.length > 0) this.#ended = [];
    return ended;
  }
}
