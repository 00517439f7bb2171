import type { BackendTraits } from '@orchestrate/core';
import type { Policies } from './options.ts';
import { Trouble } from './trouble.ts';

const MOST_LIVE_JOBS = 4096;

/** What the present leader knows of a backend. Nothing of it is durable but that it is paused. */
export class BackendState {
  readonly name: string;
  readonly traits: BackendTraits;
  /** Submissions that failed or were turned away. */
  readonly submitting = new Trouble();
  /** Looks that failed. */
  readonly looking = new Trouble();
  /** Jobs that infrastructure ended as soon as they began. */
  readonly working = new Trouble();
  /** Jobs whose submission is not answered, neither by its own answer nor by a sign of the job. */
  readonly unanswered = new Set<number>();
  /** Numbers of the calls under way, -1 for none. */
  observe = -1;
  find = -1;
  lastObserve = 0;
  findAt = 0;
  findTries = 0;
  /** Some of its jobs may have to be found. */
  hasDoubts = false;
  /** Something cannot wait for the next regular look. */
  isUrgent = false;
  /** The job by which a backend in trouble is tried. */
  probe = -1;
  readonly #ends: number[] = [];
  #endAt = 0;
  #ended = 0;
  #endedSince = 0;
  #perMs = 0;

  constructor(name: string, traits: BackendTraits) {
    this.name = name;
    this.traits = traits;
  }

  /** Slots as far as they are known, at least one. */
  get slots(): number {
    return Math.max(1, this.traits.slots ?? this.traits.maxLiveJobs ?? 16);
  }

  get troubles(): readonly Trouble[] {
    return [this.submitting, this.looking, this.working];
  }

  /** Monotonic milliseconds before which nothing is submitted. */
  get submitAt(): number {
    return Math.max(this.submitting.until, this.working.until);
  }

  /**
   * How long a job that ends now really ran, given when it may have begun: not before the end that made room for it, which
   * is as many ends ago as there are slots.
   */
  serviceMs(mono: number, begunAt: number): number {
    const freed = this.#ends[this.#endAt] ?? 0;
    this.#ends[this.#endAt] = mono;
    this.#endAt = (this.#endAt + 1) % Math.min(this.slots, 256);
    return mono - Math.max(begunAt, freed);
  }

  jobEnded(mono: number): void {
    this.#ended += 1;
    const window = mono - this.#endedSince;
    if (window < 50) return;
    const perMs = this.#ended / window;
    this.#perMs = this.#perMs === 0 ? perMs : (this.#perMs + perMs) / 2;
    this.#ended = 0;
    this.#endedSince = mono;
  }

  /** Jobs that may be live: all slots busy, and enough queued that short jobs never let them fall idle. */
  window(mono: number, policies: Policies): number {
    const most = this.traits.maxLiveJobs ?? MOST_LIVE_JOBS;
    const { slots } = this.traits;
    if (slots === undefined) return Math.min(most, MOST_LIVE_JOBS);
    const quiet = Math.max(1, mono - this.#endedSince);
    const perMs = Math.min(this.#perMs, (this.#ended + 50 * this.#perMs + 1) / quiet);
    const small = Math.max(2, Math.ceil(slots / 4));
    const ahead = Math.max(small, Math.ceil(perMs * policies.lookAheadSeconds * 1000));
    return Math.min(most, slots + ahead, Math.max(MOST_LIVE_JOBS, slots + small));
  }
}
