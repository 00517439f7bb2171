import type { Clock } from '@orchestrate/core';

/** Calls back at a time of the steady clock. */
export interface Timers {
  /** Calls once when {@link Clock.monotonic} reaches `atMonotonic`, unless disposed before. */
  setTimer(atMonotonic: number, call: () => void): Disposable;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock, Timers {
  #now: number;
  #monotonic = 0;
  #count = 0;
  readonly #timers = new Set<Timer>();

  /** `now`: milliseconds since 1970 at the start. */
  constructor(now: number = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(atMonotonic: number, call: () => void): Disposable {
    this.#count += 1;
    const timer: Timer = { at: atMonotonic, order: this.#count, call };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** When the next timer is due, by the steady clock; `undefined` when there is none. */
  get nextTimer(): number | undefined {
    return this.#next()?.at;
  }

  /** Moves both clocks; timers that come due are called in order, each at its own time, also those set meanwhile. */
  advance(milliseconds: number): void {
    const end = this.#monotonic + milliseconds;
    for (let timer = this.#next(); timer !== undefined && timer.at <= end; timer = this.#next()) {
      this.#timers.delete(timer);
      this.#moveTo(Math.max(this.#monotonic, timer.at));
      timer.call();
    }
    this.#moveTo(end);
  }

  /** Sets the wall clock wrong or right by so much; the steady clock does not notice. */
  jump(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.at < first.at) first = timer;
      else if (timer.at === first.at && timer.order < first.order) first = timer;
    }
    return first;
  }
}

/** The machine's clock and timers. */
export const systemTime: Clock & Timers = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(atMonotonic, call) {
    const timer = setTimeout(call, Math.max(0, atMonotonic - performance.now()));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
