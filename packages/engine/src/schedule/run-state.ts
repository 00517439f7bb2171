import { type FailureClass, failureOrigin, type TaskSet } from '@orchestrate/core';
import type { Fact } from '../events/fact.ts';
import { eachOf } from '../events/ranges.ts';
import {
  CANCELLED,
  FAILED,
  isLiveCode,
  PENDING,
  QUEUED,
  READY,
  REUSED,
  RUNNING,
  SKIPPED,
  SUBMITTING,
  SUCCEEDED,
  UNKNOWN,
  WAITING,
} from './codes.ts';
import { scheduleError } from './errors.ts';
import { Graph, type SetNode } from './graph.ts';
import type { Job } from './job.ts';
import { JobTable } from './job-table.ts';
import { Limits } from './limits.ts';
import { Readiness } from './readiness.ts';
import { ReadyLanes } from './ready-lanes.ts';
import { IS_PREPARED, IS_TO_CANCEL, type OnTransition, TaskTable } from './task-table.ts';

type FactOf<T extends Fact['type']> = Extract<Fact, { type: T }>;

/** When a waiting task may go on: milliseconds since 1970 of the fact, and the delay it names. */
export interface Wait {
  readonly at: number;
  readonly delaySeconds: number;
}

/** What a {@link RunState} is made of. */
export interface RunTerms {
  readonly sets: readonly TaskSet[];
  readonly limits: Readonly<Record<string, number>>;
  readonly defaultBackend: string;
  looks(set: TaskSet): boolean;
  /** The sets a placeholder becomes, checked against the graph. */
  expand(placeholder: string): readonly TaskSet[];
  readonly onTransition?: OnTransition;
}

/**
 * The state of a run: the fold of its facts and nothing else. The same {@link apply} is used while the run goes on and when
 * its journal is replayed. What is here decides nothing.
 */
export class RunState {
  readonly tasks: TaskTable;
  readonly graph: Graph;
  readonly limits: Limits;
  readonly lanes: ReadyLanes;
  readonly jobs = new JobTable();
  readonly readiness: Readiness;
  readonly waits = new Map<number, Wait>();
  /** First poll of a check, milliseconds since 1970. */
  readonly checks = new Map<number, number>();
  readonly pausedBackends = new Set<string>();
  /** Tasks that were skipped because nobody needs them. */
  readonly notNeeded = new Set<number>();
  isBegun = false;
  isDraining = false;
  isPaused = false;
  isCancelled = false;
  outcome: FactOf<'run-ended'>['outcome'] | undefined;
  readonly #terms: RunTerms;

  constructor(terms: RunTerms) {
    this.#terms = terms;
    this.tasks = new TaskTable(terms.onTransition);
    this.limits = new Limits(terms.limits);
    this.graph = new Graph({
      defaultBackend: terms.defaultBackend,
      limitIndex: this.limits.index,
      looks: terms.looks,
    });
    this.lanes = new ReadyLanes(this.tasks, this.limits);
    this.readiness = new Readiness(this.tasks, this.graph, this.lanes, this.limits);
  }

  nodeOf(task: number): SetNode {
    return this.graph.node(this.tasks.setOf[task] as number);
  }

  /** Changes the state as the fact says. `at` is milliseconds since 1970. */
  apply(fact: Fact, at: number): void {
    switch (fact.type) {
      case 'sets-added':
        this.#setsAdded(fact);
        break;
      case 'submitting':
        this.#submitting(fact, at);
        break;
      case 'queued':
      case 'started':
      case 'doubted':
      case 'withdrawn':
        this.#jobsChanged(fact, at);
        break;
      case 'succeeded':
        eachOf(fact.tasks, (task) => this.#done(task, SUCCEEDED));
        break;
      case 'reused':
        eachOf(fact.tasks, (task) => this.#done(task, REUSED));
        break;
      case 'attempt-failed':
        this.#attemptFailed(fact, at);
        break;
      case 'check-open':
        this.#leave(fact.task);
        this.#uncount(fact.task);
        this.#wait(fact.task, at, fact.delaySeconds);
        break;
      case 'skipped':
        if (fact.notNeeded === true) eachOf(fact.tasks, (task) => void this.notNeeded.add(task));
        eachOf(fact.tasks, (task) => this.#skip(task));
        break;
      case 'cancelled':
        eachOf(fact.tasks, (task) => this.#end(task, CANCELLED));
        break;
      default:
        this.#applyToRun(fact);
    }
  }

  #applyToRun(fact: Fact): void {
    switch (fact.type) {
      case 'expand-failed':
        this.readiness.expansionFailed(fact.placeholder);
        break;
      case 'backend-paused':
        this.pausedBackends.add(fact.backend);
        break;
      case 'backend-resumed':
        this.pausedBackends.delete(fact.backend);
        break;
      case 'asked':
        this.#asked(fact);
        break;
      case 'run-ended':
        this.outcome = fact.outcome;
        break;
      default:
    }
  }

  #setsAdded(fact: FactOf<'sets-added'>): void {
    const { placeholder } = fact;
    const sets = placeholder === undefined ? this.#terms.sets : this.#terms.expand(placeholder);
    const parent = placeholder === undefined ? undefined : this.graph.placeholder(placeholder);
    const first = this.tasks.count;
    const nodes = this.graph.add(sets, this.tasks, parent);
    for (let index = 0; index < Math.max(fact.sets.length, nodes.length); index += 1) {
      const record = fact.sets[index];
      const node = nodes[index];
      const is = node === undefined ? undefined : this.graph.record(node.set, node.first);
      if (JSON.stringify(record) !== JSON.stringify(is)) {
        const name = record?.name ?? is?.name ?? '';
        throw scheduleError(
          'GRAPH_DIVERGED',
          `the tasks of ${name} are not those the run began with: expected ${told(record)}, got ${told(is)}`,
          { details: { set: name, placeholder: placeholder ?? null, firstTask: first } },
        );
      }
    }
    if (placeholder === undefined) this.isBegun = true;
    this.readiness.added(nodes, parent);
  }

  #submitting(fact: FactOf<'submitting'>, at: number): void {
    for (const { job: number, tasks: ranges, ordered } of fact.jobs) {
      const tasks: number[] = [];
      eachOf(ranges, (task) => {
        tasks.push(task);
      });
      const node = this.nodeOf(tasks[0] as number);
      this.jobs.add({ number, backend: fact.backend, node, tasks, ordered: ordered === true, at });
      this.limits.takeAll(node.leases);
      for (const task of tasks) this.#submit(task, number, at);
    }
  }

  #submit(task: number, job: number, at: number): void {
    this.readyAgain(task);
    this.tasks.move(task, SUBMITTING);
    this.tasks.job[task] = job;
    this.tasks.attempts[task] = (this.tasks.attempts[task] as number) + 1;
    const node = this.nodeOf(task);
    if (node.set.check !== undefined && !this.checks.has(task)) this.checks.set(task, at);
    if (node.group !== undefined) this.readiness.openMember(node, node.group, task - node.first);
  }

  /** A waiting task passes through `ready` on its way to whatever happens to it. */
  readyAgain(task: number): void {
    if (this.tasks.state[task] !== WAITING) return;
    if (!this.tasks.isReady(task)) this.tasks.move(task, READY);
    this.waits.delete(task);
  }

  #jobsChanged(fact: FactOf<'queued' | 'started' | 'doubted' | 'withdrawn'>, at: number): void {
    if (fact.type === 'withdrawn' && fact.tasks !== undefined) {
      eachOf(fact.tasks, (task) => this.#withdraw(task));
      return;
    }
    eachOf(fact.jobs, (number) => {
      const job = this.jobs.get(number);
      if (job === undefined) return;
      if (fact.type === 'withdrawn') {
        for (const task of job.tasks) {
          if (this.tasks.job[task] === job.number) this.#withdraw(task);
        }
      } else if (fact.type === 'doubted') this.#moveJob(job, UNKNOWN);
      else if (fact.type === 'queued') this.#confirm(job, QUEUED);
      else {
        if (job.startedAt === 0) job.startedAt = at;
        this.#confirm(job, RUNNING);
      }
    });
  }

  #confirm(job: Job, state: number): void {
    job.isConfirmed = true;
    this.#moveJob(job, state);
  }

  #moveJob(job: Job, state: number): void {
    job.state = state;
    for (const task of job.tasks) {
      if (this.tasks.job[task] === job.number) this.tasks.moveWithJob(task, state);
    }
  }

  #withdraw(task: number): void {
    this.#leave(task);
    this.#uncount(task);
    if (!this.readiness.isUnblocked(task)) this.tasks.move(task, PENDING);
    else this.readiness.makeReady(task);
  }

  #uncount(task: number): void {
    this.tasks.attempts[task] = (this.tasks.attempts[task] as number) - 1;
  }

  #done(task: number, state: number): void {
    this.readyAgain(task);
    this.#leave(task);
    this.checks.delete(task);
    this.tasks.move(task, state);
    this.readiness.done(task);
  }

  #skip(task: number): void {
    this.readyAgain(task);
    this.#end(task, SKIPPED);
  }

  #end(task: number, state: number): void {
    this.#leave(task);
    this.waits.delete(task);
    this.checks.delete(task);
    this.tasks.move(task, state);
    this.readiness.ended(task);
  }

  #attemptFailed(fact: FactOf<'attempt-failed'>, at: number): void {
    const { task } = fact;
    if (!isLiveCode(this.tasks.state[task] as number)) this.tasks.clear(task, IS_PREPARED);
    this.readyAgain(task);
    this.#leave(task);
    this.#charge(task, fact.failure, fact.clock === undefined);
    this.checks.delete(task);
    if (fact.again) this.#wait(task, at, fact.delaySeconds ?? 0);
    else this.#end(task, FAILED);
  }

  #charge(task: number, failure: FailureClass, isOwnTime: boolean): void {
    const { tasks } = this;
    const origin = failureOrigin(failure);
    if (origin === 'infrastructure') bump(tasks.uncharged, task, 65_535);
    else if (origin !== 'intent') bump(tasks.charged, task, 65_535);
    if (failure === 'out-of-memory') bump(tasks.ranOutOfMemory, task, 255);
    if (failure === 'timeout' && isOwnTime) bump(tasks.ranOutOfTime, task, 255);
  }

  #wait(task: number, at: number, delaySeconds: number): void {
    this.tasks.move(task, WAITING);
    this.waits.set(task, { at, delaySeconds });
  }

  /** Takes a task out of its job; the last one ends the job. */
  #leave(task: number): void {
    const job = this.jobs.get(this.tasks.job[task] as number);
    this.tasks.job[task] = -1;
    if (job === undefined) return;
    job.left -= 1;
    if (job.left > 0) return;
    this.release(job);
    this.jobs.delete(job);
  }

  /** Gives back what a job holds; harmless when that is done already. */
  release(job: Job): void {
    if (job.isOver) return;
    this.jobs.over(job);
    this.limits.giveAll(job.node.leases);
  }

  #asked(fact: FactOf<'asked'>): void {
    if (fact.request === 'drain') this.isDraining = true;
    else if (fact.request === 'pause') this.isPaused = true;
    else if (fact.request === 'continue') {
      this.isDraining = false;
      this.isPaused = false;
    } else if (fact.tasks === undefined) this.isCancelled = true;
    else eachOf(fact.tasks, (task) => this.tasks.set(task, IS_TO_CANCEL));
  }
}

function bump(column: Uint16Array | Uint8Array, at: number, most: number): void {
  column[at] = Math.min(most, (column[at] as number) + 1);
}

function told(record: object | undefined): string {
  return record === undefined ? 'no set' : JSON.stringify(record);
}
