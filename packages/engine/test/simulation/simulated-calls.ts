import type { TaskSet } from '@orchestrate/core';
import type { Input, PlannedJob } from '../../src/schedule/messages.ts';
import type { Chance } from './chance.ts';
import { RUN_SECONDS, type SimulatedBackend } from './simulated-backend.ts';
import type { Timeline } from './timeline.ts';
import type { Truth } from './truth.ts';

/** What the calls of a leader reach out to. */
export interface Reach {
  readonly chance: Chance;
  readonly timeline: Timeline;
  readonly truth: Truth;
  answer(input: Input, mostMs: number): void;
  isRough(): boolean;
  expand(placeholder: string): readonly TaskSet[];
}

/** Carries out what the scheduler wants, with everything that can happen to a call and to its answer. */
export class SimulatedCalls {
  readonly #around: Reach;
  readonly #verdicts = new Map<string, 'good' | 'bad'>();
  readonly #replaced = new Set<string>();

  constructor(around: Reach) {
    this.#around = around;
  }

  prepare(tasks: readonly number[]): void {
    const { chance } = this.#around;
    const run: number[] = [];
    const reused: { task: number; fingerprint: string }[] = [];
    const notNeeded: number[] = [];
    const failed: Extract<Input, { type: 'prepared' }>['failed'][number][] = [];
    for (const task of tasks) {
      if (this.#around.truth.setOf(task).when !== undefined && chance.is(0.3)) notNeeded.push(task);
      else if (chance.is(0.05) && this.#around.truth.setOf(task).reuse === true) {
        reused.push({ task, fingerprint: 'ab'.repeat(32) });
      } else if (this.#around.isRough() && chance.is(0.05)) {
        const failure = chance.pick(['user-error', 'quota'] as const);
        failed.push({ task, failure, message: 'input missing' });
      } else run.push(task);
    }
    this.#around.answer(
      { type: 'prepared', run, reused, reusedFrom: 'earlier0', notNeeded, failed },
      500,
    );
  }

  submit(backend: SimulatedBackend, jobs: readonly PlannedJob[]): void {
    const { chance, timeline } = this.#around;
    const { settleSeconds } = backend.traits;
    const name = backend.name;
    const numbers = jobs.map(({ job }) => job);
    const fate = this.#around.isRough() ? chance.next() : 1;
    const lateMs = settleSeconds * 900;
    const arrive = (planned: PlannedJob, ms: number): void => {
      const submittedAt = timeline.now;
      if (ms === 0) backend.arrive(planned, submittedAt);
      else timeline.inWorld(ms, () => backend.arrive(planned, submittedAt));
    };
    const soonMs = settleSeconds === 0 ? 0 : Math.min(lateMs, chance.between(0, 1500));
    if (backend.isDown || fate < 0.06) {
      const clean = chance.is(0.5);
      this.#around.answer(
        { type: 'submit-failed', backend: name, jobs: numbers, clean, reason: 'down' },
        5000,
      );
    } else if (fate < 0.12) {
      for (const job of jobs) arrive(job, settleSeconds === 0 ? 0 : chance.between(0, lateMs));
      this.#around.answer(
        { type: 'submit-failed', backend: name, jobs: numbers, clean: false, reason: 'timed out' },
        500,
      );
    } else {
      const outcomes = jobs.map((planned) =>
        this.#submitOne(backend, planned, (ms) => arrive(planned, ms), soonMs),
      );
      timeline.inLeader(soonMs, () =>
        this.#around.answer({ type: 'submit-answered', backend: name, outcomes }, 2000),
      );
    }
  }

  #submitOne(
    backend: SimulatedBackend,
    planned: PlannedJob,
    arrive: (ms: number) => void,
    soonMs: number,
  ): Extract<Input, { type: 'submit-answered' }>['outcomes'][number] {
    const { chance } = this.#around;
    const { job } = planned;
    const fate = this.#around.isRough() ? chance.next() : 1;
    if (fate < 0.03) return { job, outcome: 'busy', reason: 'full' };
    if (fate < 0.04) return { job, outcome: 'rejected', reason: 'no such partition' };
    if (fate < 0.05) return { job, outcome: 'doubtful', reason: 'odd answer' };
    if (fate < 0.08) {
      arrive(
        backend.traits.settleSeconds === 0
          ? 0
          : chance.between(0, backend.traits.settleSeconds * 900),
      );
      return { job, outcome: 'doubtful', reason: 'odd answer' };
    }
    arrive(soonMs);
    return { job, outcome: 'accepted', runSeconds: RUN_SECONDS };
  }

  look(
    backend: SimulatedBackend,
    source: 'observe' | 'find',
    look: number,
    jobs: readonly number[],
  ): void {
    const { chance } = this.#around;
    const isLost = this.#around.isRough() && chance.is(0.02);
    if (isLost) return;
    if (backend.isDown || (this.#around.isRough() && chance.is(0.04))) {
      const input: Input = {
        type: 'look-failed',
        backend: backend.name,
        call: source,
        look,
        jobs,
        reason: 'down',
      };
      this.#around.answer(input, 3000);
      return;
    }
    const statuses = jobs.map((job) => backend.status(job));
    this.#around.answer({ type: 'statuses', backend: backend.name, source, look, statuses }, 3000);
  }

  cancel(
    backend: SimulatedBackend,
    jobs: readonly number[],
    reason: 'cancelled' | 'timeout',
  ): void {
    if (backend.isDown || (this.#around.isRough() && this.#around.chance.is(0.1))) {
      this.#around.answer(
        { type: 'cancel-failed', backend: backend.name, jobs, reason: 'down' },
        1000,
      );
      return;
    }
    this.#around.timeline.inWorld(this.#around.chance.between(0, 1000), () => {
      for (const job of jobs) backend.cancel(job, reason);
    });
  }

  /** Looks at what tasks left. The verdict over one attempt stays the same however often it is asked for. */
  collect(job: number, tasks: readonly number[]): void {
    const { chance } = this.#around;
    this.#around.timeline.inLeader(chance.between(0, 2000), () => {
      const good: { task: number }[] = [];
      const bad: Extract<Input, { type: 'collected' }>['bad'][number][] = [];
      for (const task of tasks) {
        const key = `${job}/${task}`;
        const verdict =
          this.#verdicts.get(key) ?? (this.#around.isRough() && chance.is(0.05) ? 'bad' : 'good');
        this.#verdicts.set(key, verdict);
        if (verdict === 'good') good.push({ task });
        else {
          this.#around.truth.discarded(task);
          bad.push({ task, failure: chance.pick(['user-error', 'quota']), message: 'no output' });
        }
      }
      this.#around.answer({ type: 'collected', job, good, bad }, 100);
    });
  }

  expand(placeholder: string): void {
    if (
      this.#around.isRough() &&
      !this.#replaced.has(placeholder) &&
      this.#around.chance.is(0.05)
    ) {
      this.#around.answer({ type: 'expand-failed', placeholder, message: 'no tiles' }, 100);
      return;
    }
    this.#replaced.add(placeholder);
    this.#around.answer(
      { type: 'expanded', placeholder, sets: this.#around.expand(placeholder) },
      500,
    );
  }
}
