import {
  isFinal,
  isLegalTransition,
  type Need,
  type TaskSet,
  type TaskState,
} from '@orchestrate/core';
import type { Fact } from '../../src/events/fact.ts';
import { eachOf } from '../../src/events/ranges.ts';
import type { RandomPlan } from './random-plan.ts';

/** A broken promise, found by the simulation. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

interface KnownSet {
  readonly set: TaskSet;
  readonly first: number;
  readonly parent: string | undefined;
}

interface LiveJob {
  readonly tasks: readonly number[];
  readonly backend: string;
}

/**
 * What is really so, kept by the world and never by the scheduler: which jobs live, what each task has done. Every promise
 * is checked here against it.
 */
export class Truth {
  readonly #plan: RandomPlan;
  readonly #sets: KnownSet[] = [];
  readonly #setOf: KnownSet[] = [];
  readonly #expanded = new Set<string>();
  readonly #live = new Map<number, LiveJob>();
  readonly #liveOf = new Map<number, number>();
  /** Jobs in which a task has really succeeded. */
  readonly #successes = new Map<number, Set<number>>();
  readonly #openMembers = new Set<number>();
  readonly #intents = new Map<number, LiveJob>();
  /** State of every task by the committed facts. */
  readonly finals = new Map<number, TaskState>();
  readonly #notNeeded = new Set<number>();

  constructor(plan: RandomPlan) {
    this.#plan = plan;
  }

  get taskCount(): number {
    return this.#setOf.length;
  }

  setOf(task: number): TaskSet {
    return (this.#setOf[task] as KnownSet).set;
  }

  readonly onTransition = (task: number, from: TaskState, to: TaskState): void => {
    if (!isLegalTransition(from, to))
      throw new Violation(`task ${task} went from ${from} to ${to}`);
  };

  /** Facts became durable. */
  committed(facts: readonly Fact[], expand: (name: string) => readonly TaskSet[]): void {
    for (const fact of facts) this.#committed(fact, expand);
  }

  #committed(fact: Fact, expand: (name: string) => readonly TaskSet[]): void {
    if (fact.type === 'sets-added') {
      const { placeholder } = fact;
      const sets = placeholder === undefined ? this.#plan.sets : expand(placeholder);
      if (placeholder !== undefined) this.#expanded.add(placeholder);
      sets.forEach((set, at) => {
        const known = { set, first: fact.sets[at]?.first ?? 0, parent: placeholder };
        this.#sets.push(known);
        const size = set.expand === undefined ? set.size : 0;
        for (let index = 0; index < size; index += 1) this.#setOf[known.first + index] = known;
      });
    } else if (fact.type === 'submitting') {
      for (const { job, tasks } of fact.jobs) {
        const list: number[] = [];
        eachOf(tasks, (task) => list.push(task));
        if (this.#intents.has(job)) throw new Violation(`job number ${job} was given twice`);
        this.#intents.set(job, { tasks: list, backend: fact.backend });
      }
    } else if (fact.type === 'succeeded') this.#ended(fact.tasks, 'succeeded');
    else if (fact.type === 'reused') this.#ended(fact.tasks, 'reused');
    else if (fact.type === 'skipped') {
      if (fact.notNeeded === true) eachOf(fact.tasks, (task) => this.#notNeeded.add(task));
      this.#ended(fact.tasks, 'skipped');
    } else if (fact.type === 'cancelled') this.#ended(fact.tasks, 'cancelled');
    else if (fact.type === 'attempt-failed' && !fact.again) this.#ended([fact.task], 'failed');
  }

  #ended(tasks: Parameters<typeof eachOf>[0], state: TaskState): void {
    eachOf(tasks, (task) => {
      const before = this.finals.get(task);
      if (before !== undefined) throw new Violation(`task ${task} was ${before} and is ${state}`);
      this.finals.set(task, state);
    });
  }

  /** A job really begins to exist at its backend. */
  arrived(job: number, tasks: readonly number[]): void {
    const intent = this.#intents.get(job);
    if (intent === undefined)
      throw new Violation(`job ${job} was submitted without durable intent`);
    if (intent.tasks.join() !== tasks.join())
      throw new Violation(`job ${job} differs from its intent`);
    if (this.#live.has(job)) throw new Violation(`job ${job} lives twice`);
    const seen = new Set<number>();
    for (const task of tasks) {
      const other = this.#liveOf.get(task);
      if (other !== undefined)
        throw new Violation(`task ${task} lives in jobs ${other} and ${job}`);
      if ((this.#successes.get(task)?.size ?? 0) > 0)
        throw new Violation(
          `task ${task}, done by ${[...(this.#successes.get(task) ?? [])].join()}, is done again by ${job}`,
        );
      this.#checkNeeds(task, seen);
      seen.add(task);
      this.#liveOf.set(task, job);
      this.#openMember(task);
    }
    this.#live.set(job, { tasks, backend: intent.backend });
    this.#checkLimits();
    this.#checkRoom(intent.backend);
  }

  #openMember(task: number): void {
    const { set, first } = this.#setOf[task] as KnownSet;
    if (set.group?.limit !== undefined) this.#openMembers.add(task - first);
  }

  #checkNeeds(task: number, before: ReadonlySet<number>): void {
    const known = this.#setOf[task] as KnownSet;
    for (const need of known.set.needs ?? []) {
      for (const needed of this.#neededBy(task - known.first, need)) {
        const state = this.finals.get(needed);
        if (need.after === 'end' && state !== undefined) continue;
        const isDone = state === 'succeeded' || state === 'reused';
        if (need.after !== 'end' && (isDone || before.has(needed))) continue;
        throw new Violation(`task ${task} began before ${needed}, which is ${state ?? 'not over'}`);
      }
    }
  }

  #neededBy(index: number, need: Need): number[] {
    if (need.how === 'all') return this.#allOf(need.set);
    const on = this.#sets.find(({ set }) => set.name === need.set) as KnownSet;
    if (need.how === 'aligned') return [on.first + index];
    const { offsets, targets } = need;
    return Array.from(
      targets.slice(offsets[index], offsets[index + 1]),
      (target) => on.first + target,
    );
  }

  #allOf(name: string): number[] {
    const on = this.#sets.find(({ set }) => set.name === name) as KnownSet;
    if (on.set.expand === undefined)
      return Array.from({ length: on.set.size }, (_, at) => on.first + at);
    if (!this.#expanded.has(name)) throw new Violation(`${name} was needed before it was replaced`);
    return this.#sets
      .filter(({ parent }) => parent === name)
      .flatMap(({ set }) => this.#allOf(set.name));
  }

  #checkLimits(): void {
    const used = new Map<string, number>();
    for (const { tasks } of this.#live.values()) {
      for (const [limit, slots] of Object.entries(this.setOf(tasks[0] as number).limits ?? {})) {
        used.set(limit, (used.get(limit) ?? 0) + slots);
      }
    }
    let open = 0;
    for (const member of this.#openMembers) {
      const isOver = this.#sets
        .filter(({ set }) => set.group !== undefined)
        .every(({ first }) => this.finals.has(first + member));
      if (isOver) this.#openMembers.delete(member);
      else open += 1;
    }
    used.set('members', (used.get('members') ?? 0) + open);
    for (const [limit, slots] of used) {
      const capacity = this.#plan.limits[limit] ?? 0;
      if (slots > capacity) throw new Violation(`limit ${limit}: ${slots} of ${capacity}`);
    }
  }

  #checkRoom(backend: string): void {
    const most = this.#plan.backends.get(backend)?.maxLiveJobs;
    if (most === undefined) return;
    const live = [...this.#live.values()].filter((job) => job.backend === backend).length;
    if (live > most) throw new Violation(`${backend}: ${live} live jobs of ${most}`);
  }

  /** The work of a task was really done, by this job. */
  worked(task: number, job: number): void {
    const jobs = this.#successes.get(task) ?? new Set();
    jobs.add(job);
    this.#successes.set(task, jobs);
    if (jobs.size > 1) throw new Violation(`task ${task} was done ${jobs.size} times`);
  }

  /** A call of a job is over; the job may go on with others. */
  callEnded(task: number, job: number): void {
    if (this.#liveOf.get(task) === job) this.#liveOf.delete(task);
  }

  /** What a task left turned out to be worthless: it may be done again. */
  discarded(task: number): void {
    this.#successes.delete(task);
  }

  /** A job has really ended, or was lost with its backend. */
  gone(job: number): void {
    for (const task of this.#live.get(job)?.tasks ?? []) {
      if (this.#liveOf.get(task) === job) this.#liveOf.delete(task);
    }
    this.#live.delete(job);
  }

  /** The run says that it is over. */
  checkEnd(outcome: string, stateOf: (task: number) => TaskState): void {
    if (this.#live.size > 0) {
      throw new Violation(`ended with live jobs ${[...this.#live.keys()].join()}`);
    }
    const seen = new Set<TaskState>();
    for (let task = 0; task < this.taskCount; task += 1) {
      if (!this.#notNeeded.has(task)) seen.add(stateOf(task));
      this.#checkFinal(task, stateOf(task));
    }
    const isBad = seen.has('failed') || seen.has('skipped') || seen.has('cancelled');
    if (outcome === 'succeeded' && isBad) throw new Violation('succeeded, with tasks that did not');
    if (outcome === 'failed' && !isBad && !this.#hasLostPlaceholder()) {
      throw new Violation('failed, and every task succeeded or was not needed');
    }
    if (outcome === 'cancelled' && seen.has('failed')) {
      throw new Violation('cancelled, with failed tasks');
    }
  }

  #hasLostPlaceholder(): boolean {
    return this.#sets.some(({ set }) => set.expand !== undefined && !this.#expanded.has(set.name));
  }

  #checkFinal(task: number, state: TaskState): void {
    if (!isFinal(state)) throw new Violation(`ended while task ${task} is ${state}`);
    if (state !== this.finals.get(task))
      throw new Violation(`task ${task}: facts and state differ`);
    const done = this.#successes.get(task)?.size ?? 0;
    if (state === 'succeeded' && done !== 1) throw new Violation(`task ${task} succeeded undone`);
    if (state !== 'succeeded' && done !== 0) {
      throw new Violation(`task ${task} is ${state} but was done`);
    }
  }
}
