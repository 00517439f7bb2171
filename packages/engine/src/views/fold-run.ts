import {
  type FailureClass,
  type Json,
  TASK_STATES,
  type TaskState,
  type Usage,
} from '@orchestrate/core';
import type { TaskRegistry } from '../drive/task-registry.ts';
import type { JournalEntry, OutputRecord, Ranges, RunOutcome } from '../events/fact.ts';
import { countOf, eachOf } from '../events/ranges.ts';
import { registerSets } from './run-names.ts';

const CODE = Object.fromEntries(TASK_STATES.map((state, code) => [state, code])) as Readonly<
  Record<TaskState, number>
>;

/** What is remembered of the failure of a task. */
export interface TaskFailure {
  readonly failure: FailureClass;
  readonly message: string;
  readonly code?: number;
  readonly signal?: string;
}

interface JobFold {
  readonly backend: string;
  readonly tasks: Ranges;
  /** Tasks that have not left it. */
  left: number;
  hasStarted: boolean;
  /** Why it waits in the queue, in the backend's words. */
  waitReason?: string;
}

/** Seconds over which the rate is taken. */
const RATE_SECONDS = 60;
const FAILURES_KEPT = 1_000;

/** Per task, by number. */
class Columns {
  states = new Uint8Array(0);
  attempts = new Uint8Array(0);
  /** Number of the job it is in, plus 1. */
  jobs = new Uint32Array(0);
  startedAt = new Float64Array(0);
  endedAt = new Float64Array(0);

  grow(size: number): void {
    if (this.states.length >= size) return;
    const room = Math.max(size, this.states.length * 2);
    const [states, attempts] = [new Uint8Array(room), new Uint8Array(room)];
    const jobs = new Uint32Array(room);
    const [startedAt, endedAt] = [new Float64Array(room), new Float64Array(room)];
    states.set(this.states);
    attempts.set(this.attempts);
    jobs.set(this.jobs);
    startedAt.set(this.startedAt);
    endedAt.set(this.endedAt);
    Object.assign(this, { states, attempts, jobs, startedAt, endedAt });
  }
}

/** The fold of a run's entries: made once, kept up to date by feeding it more. Columns by task number, not objects. */
export class RunFold {
  readonly registry: TaskRegistry;
  through = -1;
  total = 0;
  beganAt = 0;
  lastAt = 0;
  endedAt: number | undefined;
  outcome: RunOutcome | undefined;
  reason: string | undefined;
  leader: { readonly pid: number; readonly host: string; readonly sinceAt: number } | undefined;
  readonly counts = new Int32Array(TASK_STATES.length);
  readonly jobs = new Map<number, JobFold>();
  readonly paused = new Map<string, string>();
  /** Backends that gave back the jobs they were handed last, and why. */
  readonly refused = new Map<string, string>();
  readonly failed: number[] = [];
  readonly failures = new Map<number, TaskFailure>();
  readonly because = new Map<number, number>();
  /** Skipped because nobody needs them. */
  readonly notNeeded = new Set<number>();
  readonly outputs = new Map<number, readonly OutputRecord[]>();
  readonly results = new Map<number, Json>();
  readonly usage = new Map<number, Usage>();
  readonly #ends: { at: number; count: number }[] = [];
  readonly #columns = new Columns();

  constructor(registry: TaskRegistry) {
    this.registry = registry;
  }

  state(task: number): TaskState {
    return TASK_STATES[this.#columns.states[task] ?? 0] ?? 'pending';
  }

  attempts(task: number): number {
    return this.#columns.attempts[task] ?? 0;
  }

  /** First start of a task, milliseconds since 1970. */
  startedAt(task: number): number | undefined {
    return this.#columns.startedAt[task] || undefined;
  }

  endedAtOf(task: number): number | undefined {
    return this.#columns.endedAt[task] || undefined;
  }

  /** Why jobs that have not started wait, in the words of their backends: reason -> jobs. */
  get waits(): ReadonlyMap<string, number> {
    const waits = new Map<string, number>();
    for (const { hasStarted, waitReason } of this.jobs.values()) {
      if (hasStarted || waitReason === undefined) continue;
      waits.set(waitReason, (waits.get(waitReason) ?? 0) + 1);
    }
    return waits;
  }

  /** Why the job of a task waits. */
  waitReason(task: number): string | undefined {
    const job = (this.#columns.jobs[task] ?? 0) - 1;
    return this.jobs.get(job)?.waitReason;
  }

  /** Tasks that ended in the last minute of entries, per second. */
  get tasksPerSecond(): number {
    const since = this.lastAt - RATE_SECONDS * 1000;
    const recent = this.#ends.filter(({ at }) => at >= since);
    const count = recent.reduce((sum, end) => sum + end.count, 0);
    const seconds = Math.max(0.5, (this.lastAt - Math.max(since, this.beganAt)) / 1000);
    return count / seconds;
  }

  feed(entry: JournalEntry): void {
    this.through = entry.sequence;
    this.lastAt = entry.at;
    registerSets(this.registry, entry);
    this.#onRun(entry);
    this.#onJobs(entry);
    this.#onTasks(entry);
  }

  #onRun({ fact, at }: JournalEntry): void {
    switch (fact.type) {
      case 'run-began':
        this.beganAt = at;
        break;
      case 'sets-added':
        for (const { first, size } of fact.sets) this.#grow(first + size, size);
        break;
      case 'leader-began':
        this.leader = { pid: fact.pid, host: fact.host, sinceAt: at };
        this.outcome = undefined;
        this.reason = undefined;
        break;
      case 'leader-ended':
        this.leader = undefined;
        this.outcome = fact.outcome;
        this.reason = fact.reason;
        break;
      case 'run-ended':
        this.endedAt = at;
        this.outcome = fact.outcome;
        break;
      case 'backend-paused':
        this.paused.set(fact.backend, fact.reason);
        break;
      case 'backend-resumed':
        this.paused.delete(fact.backend);
        this.refused.delete(fact.backend);
        break;
      default:
        break;
    }
  }

  #grow(size: number, added: number): void {
    this.#columns.grow(size);
    this.counts[0] = (this.counts[0] ?? 0) + added;
    this.total = Math.max(this.total, size);
  }

  #onJobs({ fact, at }: JournalEntry): void {
    switch (fact.type) {
      case 'submitting':
        for (const job of fact.jobs) {
          const { backend } = fact;
          this.jobs.set(job.job, {
            backend,
            tasks: job.tasks,
            left: countOf(job.tasks),
            hasStarted: false,
          });
          eachOf(job.tasks, (task) => {
            const { jobs, attempts } = this.#columns;
            this.#set(task, 'submitting');
            jobs[task] = job.job + 1;
            attempts[task] = Math.min(255, (attempts[task] ?? 0) + 1);
          });
        }
        break;
      case 'queued':
        for (const backend of this.#backendsOf(fact.jobs)) this.refused.delete(backend);
        this.#jobTasks(fact.jobs, (task) => this.#set(task, 'queued'));
        break;
      case 'waiting':
        eachOf(fact.jobs, (number) => {
          const job = this.jobs.get(number);
          if (job !== undefined) job.waitReason = fact.reason;
        });
        break;
      case 'started':
        eachOf(fact.jobs, (number) => {
          const job = this.jobs.get(number);
          if (job !== undefined) job.hasStarted = true;
        });
        this.#jobTasks(fact.jobs, (task) => {
          this.#set(task, 'running');
          this.#columns.startedAt[task] ||= at;
        });
        break;
      case 'doubted':
        this.#jobTasks(fact.jobs, (task) => this.#set(task, 'unknown'));
        break;
      case 'withdrawn':
        for (const backend of this.#backendsOf(fact.jobs)) this.refused.set(backend, fact.reason);
        this.#jobTasks(fact.jobs, (task) => {
          this.#leave(task);
          this.#set(task, 'ready');
        });
        break;
      default:
        break;
    }
  }

  #backendsOf(jobs: Ranges): ReadonlySet<string> {
    const backends = new Set<string>();
    eachOf(jobs, (number) => {
      const job = this.jobs.get(number);
      if (job !== undefined) backends.add(job.backend);
    });
    return backends;
  }

  /** Why a backend takes no jobs at present, as far as the journal knows. */
  reluctance(backend: string): string | undefined {
    const paused = this.paused.get(backend);
    if (paused !== undefined) return `${backend} is paused: ${paused}`;
    const refused = this.refused.get(backend);
    return refused === undefined ? undefined : `${backend} took no jobs: ${refused}`;
  }

  #onTasks({ fact, at }: JournalEntry): void {
    switch (fact.type) {
      case 'succeeded':
      case 'reused':
        this.#end(fact.tasks, fact.type, at);
        for (const [task, outputs] of fact.outputs ?? []) this.outputs.set(task, outputs);
        for (const [task, value] of fact.results ?? []) this.results.set(task, value);
        if (fact.type === 'succeeded') {
          for (const [task, usage] of fact.usage ?? []) this.usage.set(task, usage);
        }
        break;
      case 'attempt-failed':
        this.#onFailure(fact, at);
        break;
      case 'check-open':
        this.#leave(fact.task);
        this.#set(fact.task, 'waiting');
        break;
      case 'skipped':
        if (fact.notNeeded === true) eachOf(fact.tasks, (task) => void this.notNeeded.add(task));
        eachOf(fact.tasks, (task) => this.because.set(task, fact.because));
        this.#end(fact.tasks, 'skipped', at);
        break;
      case 'cancelled':
        this.#end(fact.tasks, 'cancelled', at);
        break;
      default:
        break;
    }
  }

  #onFailure(fact: JournalEntry['fact'] & { readonly type: 'attempt-failed' }, at: number): void {
    const { task, failure, message, code, signal } = fact;
    this.failures.set(task, {
      failure,
      message,
      ...(code === undefined ? {} : { code }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (fact.again) {
      this.#leave(task);
      this.#set(task, 'waiting');
      return;
    }
    if (this.failed.length < FAILURES_KEPT) this.failed.push(task);
    this.#end([task], 'failed', at);
  }

  #end(tasks: Ranges, state: TaskState, at: number): void {
    let count = 0;
    eachOf(tasks, (task) => {
      this.#leave(task);
      this.#set(task, state);
      this.#columns.endedAt[task] = at;
      count += 1;
    });
    const last = this.#ends.at(-1);
    if (last !== undefined && at - last.at < 500) last.count += count;
    else this.#ends.push({ at, count });
    if (this.#ends.length > 4 * RATE_SECONDS) this.#ends.splice(0, RATE_SECONDS);
  }

  #set(task: number, state: TaskState): void {
    const { states } = this.#columns;
    const code = CODE[state];
    const before = states[task] ?? 0;
    if (before === code) return;
    this.counts[before] = (this.counts[before] ?? 0) - 1;
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    states[task] = code;
  }

  #leave(task: number): void {
    const number = (this.#columns.jobs[task] ?? 0) - 1;
    if (number < 0) return;
    this.#columns.jobs[task] = 0;
    const job = this.jobs.get(number);
    if (job === undefined) return;
    job.left -= 1;
    if (job.left === 0) this.jobs.delete(number);
  }

  #jobTasks(jobs: Ranges, fn: (task: number) => void): void {
    eachOf(jobs, (number) => {
      const tasks = this.jobs.get(number)?.tasks;
      if (tasks === undefined) return;
      eachOf(tasks, (task) => {
        if (this.#columns.jobs[task] === number + 1) fn(task);
      });
    });
  }
}
