import type {
  BackendTraits,
  FailureClass,
  JobExit,
  PackProgress,
  TaskSet,
} from '@orchestrate/core';
import type { Input, PlannedJob } from '../../src/schedule/messages.ts';
import type { Chance } from './chance.ts';
import type { Timeline } from './timeline.ts';
import type { Truth } from './truth.ts';

type Status = Extract<Input, { type: 'statuses' }>['statuses'][number];
type CallFailure = PackProgress['failed'][number];

interface SimulatedJob {
  readonly planned: PlannedJob;
  readonly submittedAt: number;
  readonly isPack: boolean;
  state: 'queued' | 'running' | 'ended';
  exit: JobExit | undefined;
  startedAt: number;
  activityAt: number;
  readonly succeeded: number[];
  readonly failed: CallFailure[];
  told: number;
  toldFailed: number;
  isEnding: boolean;
}

/** What a backend needs of the world around it. */
export interface Surroundings {
  readonly chance: Chance;
  readonly timeline: Timeline;
  readonly truth: Truth;
  setOf(task: number): TaskSet;
  isPack(task: number): boolean;
  push(backend: string, status: Status): void;
  /** Whether things may still go wrong; at some time they stop to, so that every run can end. */
  isRough(): boolean;
}

export const RUN_SECONDS = 120;

const FAILURES: readonly FailureClass[] = [
  'user-error',
  'user-error',
  'user-error',
  'timeout',
  'out-of-memory',
  'node-failure',
  'preempted',
  'quota',
];

/** A place where jobs really run, with a memory of what ended and all the ways to go wrong that the contract allows. */
export class SimulatedBackend {
  readonly name: string;
  readonly traits: BackendTraits;
  downUntil = 0;
  readonly #around: Surroundings;
  readonly #jobs = new Map<number, SimulatedJob>();

  constructor(name: string, traits: BackendTraits, around: Surroundings) {
    this.name = name;
    this.traits = traits;
    this.#around = around;
  }

  get isDown(): boolean {
    return this.#around.timeline.now < this.downUntil;
  }

  /** Takes a job; one it knows already is left as it is. */
  arrive(planned: PlannedJob, submittedAt: number): void {
    if (this.#jobs.has(planned.job)) return;
    const { truth, timeline, chance } = this.#around;
    truth.arrived(planned.job, planned.tasks);
    const job: SimulatedJob = {
      planned,
      submittedAt,
      isPack: this.#around.isPack(planned.tasks[0] as number),
      state: 'queued',
      exit: undefined,
      startedAt: 0,
      activityAt: 0,
      succeeded: [],
      failed: [],
      told: 0,
      toldFailed: 0,
      isEnding: false,
    };
    this.#jobs.set(planned.job, job);
    const isSlow = this.#around.isRough() && chance.is(0.05);
    timeline.inWorld(isSlow ? 90_000 : chance.between(0, 5000), () => this.#start(job));
  }

  /** The leader died, and jobs that cannot live without it with it. */
  leaderDied(): void {
    if (this.traits.outlivesLeader) return;
    for (const job of this.#jobs.values()) {
      this.#around.truth.gone(job.planned.job);
      for (const task of job.planned.tasks) {
        if (!this.#around.truth.finals.has(task)) this.#around.truth.discarded(task);
      }
      job.state = 'ended';
    }
    this.#jobs.clear();
  }

  cancel(number: number, reason: 'cancelled' | 'timeout'): void {
    const job = this.#jobs.get(number);
    if (job === undefined || job.state === 'ended' || job.isEnding) return;
    job.isEnding = true;
    const { timeline, chance } = this.#around;
    timeline.inWorld(job.state === 'queued' ? 0 : chance.between(0, 4000), () => {
      const outcome = reason === 'cancelled' || chance.is(0.5) ? 'cancelled' : 'timeout';
      const position = job.succeeded.length + job.failed.length;
      if (job.isPack && job.state === 'running' && chance.is(0.5)) {
        job.failed.push({ position, failure: outcome, message: 'cut off' });
      }
      this.#end(job, { outcome, message: 'ended on request' });
    });
  }

  forget(number: number): void {
    if (this.#jobs.get(number)?.state === 'ended') this.#jobs.delete(number);
  }

  /** All that is known of a job; sometimes nothing, as the contract allows. */
  status(number: number): Status {
    const { chance, timeline } = this.#around;
    const isRough = this.#around.isRough();
    if (isRough && chance.is(0.03)) return { job: number, state: 'unknown', reason: 'no idea' };
    const job = this.#jobs.get(number);
    if (job === undefined) return { job: number, state: 'absent' };
    const ageSeconds = (timeline.now - job.submittedAt) / 1000;
    if (isRough && ageSeconds < this.traits.settleSeconds / 2 && chance.is(0.1)) {
      return { job: number, state: 'absent' };
    }
    return this.#told(job, 0, 0);
  }

  #told(job: SimulatedJob, from: number, fromFailed: number): Status {
    const { state, exit, startedAt, activityAt } = job;
    const { timeline } = this.#around;
    const dated = (at: number): number => timeline.date - (timeline.now - at);
    return {
      job: job.planned.job,
      state,
      runSeconds: RUN_SECONDS,
      ...(state === 'queued' ? {} : { startedAt: dated(startedAt), activityAt: dated(activityAt) }),
      ...(exit === undefined ? {} : { exit }),
      ...(job.isPack
        ? {
            progress: {
              succeeded: job.succeeded.slice(from).map((at) => [at, at] as const),
              values: job.succeeded.slice(from).map((at) => [at, at] as const),
              failed: job.failed.slice(fromFailed),
            },
          }
        : {}),
    };
  }

  #push(job: SimulatedJob): void {
    if (!this.traits.pushes) return;
    const status = this.#told(job, job.told, job.toldFailed);
    job.told = job.succeeded.length;
    job.toldFailed = job.failed.length;
    if (this.#around.isRough() && this.#around.chance.is(0.02)) return;
    this.#around.push(this.name, status);
  }

  #start(job: SimulatedJob): void {
    if (job.state !== 'queued' || job.isEnding) return;
    job.state = 'running';
    job.startedAt = this.#around.timeline.now;
    job.activityAt = job.startedAt;
    this.#push(job);
    this.#call(job, 0);
  }

  #call(job: SimulatedJob, position: number): void {
    const { chance, timeline } = this.#around;
    const isRough = this.#around.isRough();
    if (isRough && chance.is(0.015)) {
      this.#hang(job);
      return;
    }
    const ms = chance.between(0, job.isPack ? 200 : 20_000);
    timeline.inWorld(ms, () => {
      if (job.state !== 'running') return;
      job.activityAt = timeline.now;
      if (isRough && job.succeeded.length === 0 && chance.is(0.01)) this.#vanish(job);
      else this.#called(job, position);
    });
  }

  #hang(job: SimulatedJob): void {
    if (!this.traits.enforcesTime) return;
    this.#around.timeline.inWorld(RUN_SECONDS * 1000, () => {
      this.#end(job, { outcome: 'timeout', message: 'took too long' });
    });
  }

  #vanish(job: SimulatedJob): void {
    job.state = 'ended';
    this.#jobs.delete(job.planned.job);
    this.#around.truth.gone(job.planned.job);
  }

  #called(job: SimulatedJob, position: number): void {
    const { chance, truth } = this.#around;
    const task = job.planned.tasks[position] as number;
    truth.callEnded(task, job.planned.job);
    const isCheck = this.#around.setOf(task).check !== undefined;
    const isGood = chance.is(isCheck ? 0.3 : this.#around.isRough() ? 0.85 : 0.97);
    if (isGood) {
      truth.worked(task, job.planned.job);
      job.succeeded.push(position);
      if (position + 1 === job.planned.tasks.length) this.#endOfCalls(job);
      else this.#next(job, position);
      return;
    }
    const failure = isCheck ? 'user-error' : chance.pick(FAILURES);
    const ends = failure !== 'user-error' || job.planned.ordered || !job.isPack;
    if (job.isPack && (failure === 'user-error' || chance.is(0.5))) {
      job.failed.push({ position, failure, message: 'failed' });
    }
    if (ends) this.#end(job, { outcome: failure, message: 'failed' });
    else if (position + 1 === job.planned.tasks.length) this.#endOfCalls(job);
    else this.#next(job, position);
  }

  #next(job: SimulatedJob, position: number): void {
    if (this.#around.chance.is(0.3)) this.#push(job);
    this.#call(job, position + 1);
  }

  #endOfCalls(job: SimulatedJob): void {
    const outcome = job.failed[0]?.failure ?? 'succeeded';
    this.#end(job, outcome === 'succeeded' ? { outcome } : { outcome, message: 'a call failed' });
  }

  #end(job: SimulatedJob, exit: JobExit): void {
    if (job.state === 'ended') return;
    job.state = 'ended';
    job.exit = exit;
    this.#around.truth.gone(job.planned.job);
    this.#push(job);
  }
}
