import type { TaskState } from '@orchestrate/core';
import { TASK_STATES } from '@orchestrate/core';
import type { Fact, JournalEntry, Ranges } from '@orchestrate/engine';

/** A job that is running, oldest first. */
export interface RunningJob {
  readonly job: number;
  readonly firstTask: number;
  /** Tasks of the job without an end yet. */
  open: number;
  /** Milliseconds since 1970; `undefined` while it is not known to run. */
  startedAt: number | undefined;
}

const CODE: Readonly<Record<TaskState, number>> = Object.fromEntries(
  TASK_STATES.map((state, position) => [state, position]),
) as Record<TaskState, number>;

const WINDOW_MILLISECONDS = 30_000;
const BUCKET_MILLISECONDS = 1_000;

function each(ranges: Ranges, call: (number: number) => void): void {
  for (const range of ranges) {
    if (typeof range === 'number') call(range);
    else for (let number = range[0]; number <= range[1]; number += 1) call(number);
  }
}

/**
 * Follows a run fact by fact, for showing it while it goes on: counts by state, running jobs, ends per second. A step costs
 * what its fact names, never the size of the run.
 */
export class RunTally {
  /** Tasks known so far. */
  total = 0;
  /** Milliseconds since 1970; 0 before the first entry. */
  beganAt = 0;
  /** Sequence number of the last entry folded in; they count from 0. */
  through = -1;
  readonly running = new Map<number, RunningJob>();
  readonly paused = new Map<string, string>();
  readonly #counts = new Float64Array(TASK_STATES.length);
  #states = new Uint8Array(1024);
  #jobOf = new Int32Array(1024).fill(-1);
  readonly #ends: { readonly from: number; count: number }[] = [];

  /** Number of tasks in a state. */
  count(state: TaskState): number {
    return this.#counts[CODE[state]] ?? 0;
  }

  /** Tasks that have come to their end. */
  get ended(): number {
    return (
      this.count('succeeded') +
      this.count('reused') +
      this.count('failed') +
      this.count('skipped') +
      this.count('cancelled')
    );
  }

  /** Folds one entry in; entries that were folded in already are ignored. */
  add({ sequence, at, fact }: JournalEntry): void {
    if (sequence <= this.through) return;
    this.through = sequence;
    if (this.beganAt === 0) this.beganAt = at;
    this.#fold(fact, at);
  }

  /** Ends per second over the last half minute, by work that was really done. */
  tasksPerSecond(now: number): number {
    while ((this.#ends[0]?.from ?? now) < now - WINDOW_MILLISECONDS) this.#ends.shift();
    const [first] = this.#ends;
    if (first === undefined) return 0;
    const ended = this.#ends.reduce((sum, bucket) => sum + bucket.count, 0);
    return ended / Math.max(1, (now - first.from) / 1000);
  }

  #fold(fact: Fact, at: number): void {
    switch (fact.type) {
      case 'sets-added':
        for (const set of fact.sets) this.#grow(set.first + set.size);
        return;
      case 'leader-began':
        this.#forgetAges();
        return;
      case 'submitting':
        for (const { job, tasks } of fact.jobs) this.#submit(job, tasks);
        return;
      case 'queued':
        each(fact.jobs, (job) => this.#moveJob(job, 'queued'));
        return;
      case 'started':
        each(fact.jobs, (job) => this.#start(job, at));
        return;
      case 'doubted':
        each(fact.jobs, (job) => this.#moveJob(job, 'unknown'));
        return;
      case 'withdrawn':
        each(fact.jobs, (job) => this.#withdraw(job));
        return;
      case 'backend-paused':
        this.paused.set(fact.backend, fact.reason);
        return;
      case 'backend-resumed':
        this.paused.delete(fact.backend);
        return;
      default:
        this.#foldTasks(fact, at);
    }
  }

  #foldTasks(fact: Fact, at: number): void {
    switch (fact.type) {
      case 'succeeded':
        this.#end(fact.tasks, 'succeeded');
        this.#countEnds(fact.tasks, at);
        return;
      case 'reused':
        this.#end(fact.tasks, 'reused');
        return;
      case 'skipped':
        this.#end(fact.tasks, 'skipped');
        return;
      case 'cancelled':
        this.#end(fact.tasks, 'cancelled');
        return;
      case 'attempt-failed':
        this.#end([fact.task], fact.again ? 'waiting' : 'failed');
        if (!fact.again) this.#countEnds([fact.task], at);
        return;
      case 'check-open':
        this.#end([fact.task], 'waiting');
        return;
      default:
    }
  }

  #grow(size: number): void {
    if (size <= this.total) return;
    if (size > this.#states.length) {
      const capacity = Math.max(size, this.#states.length * 2);
      const states = new Uint8Array(capacity);
      states.set(this.#states);
      const jobOf = new Int32Array(capacity).fill(-1);
      jobOf.set(this.#jobOf);
      this.#states = states;
      this.#jobOf = jobOf;
    }
    this.#counts[CODE.pending] = this.count('pending') + size - this.total;
    this.total = size;
  }

  #move(task: number, state: TaskState): void {
    const before = this.#states[task] ?? 0;
    this.#counts[before] = (this.#counts[before] ?? 0) - 1;
    this.#counts[CODE[state]] = this.count(state) + 1;
    this.#states[task] = CODE[state];
  }

  #submit(job: number, tasks: Ranges): void {
    let open = 0;
    let firstTask = -1;
    each(tasks, (task) => {
      this.#move(task, 'submitting');
      this.#jobOf[task] = job;
      if (open === 0) firstTask = task;
      open += 1;
    });
    this.running.set(job, { job, firstTask, open, startedAt: undefined });
    this.#tasksOf.set(job, tasks);
  }

  /** Tasks of jobs that are live. */
  readonly #tasksOf = new Map<number, Ranges>();

  #openTasks(job: number, call: (task: number) => void): void {
    each(this.#tasksOf.get(job) ?? [], (task) => {
      if (this.#jobOf[task] === job) call(task);
    });
  }

  #moveJob(job: number, state: TaskState): void {
    this.#openTasks(job, (task) => this.#move(task, state));
  }

  #start(job: number, at: number): void {
    this.#moveJob(job, 'running');
    const entry = this.running.get(job);
    if (entry === undefined) return;
    entry.startedAt = at;
    // A map keeps the order of first insertion; what started last belongs at the end.
    this.running.delete(job);
    this.running.set(job, entry);
  }

  #withdraw(job: number): void {
    this.#openTasks(job, (task) => {
      this.#move(task, 'ready');
      this.#jobOf[task] = -1;
    });
    this.#dropJob(job);
  }

  #end(tasks: Ranges, state: TaskState): void {
    each(tasks, (task) => {
      this.#move(task, state);
      const job = this.#jobOf[task] ?? -1;
      if (job < 0) return;
      this.#jobOf[task] = -1;
      const entry = this.running.get(job);
      if (entry === undefined) return;
      entry.open -= 1;
      if (entry.open <= 0) this.#dropJob(job);
    });
  }

  #dropJob(job: number): void {
    this.running.delete(job);
    this.#tasksOf.delete(job);
  }

  /** Rates of an earlier leader say nothing about this one. */
  #forgetAges(): void {
    this.#ends.length = 0;
  }

  #countEnds(tasks: Ranges, at: number): void {
    let ended = 0;
    for (const range of tasks) ended += typeof range === 'number' ? 1 : range[1] - range[0] + 1;
    const from = at - (at % BUCKET_MILLISECONDS);
    const last = this.#ends.at(-1);
    if (last?.from === from) last.count += ended;
    else this.#ends.push({ from, count: ended });
  }
}
