import type { Clock } from '@orchestrate/core';
import { pause, type Timers } from './timers.ts';
import type { BudgetUse } from './transport.ts';

const SECONDS = 60;
const MINUTE_MS = SECONDS * 1000;
/** Part of the minute's commands that may come at once. */
const BURST = 0.25;

/**
 * Commands per minute that everybody who works on a host shares. A quarter may come at once, the others come evenly; in no 60
 * seconds there are more than `perMinute`. Who waits is served in order.
 */
export class CommandBudget {
  readonly perMinute: number;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt: number;
  #total = 0;
  #waiting = 0;
  #turn: Promise<unknown> = Promise.resolve();
  /** How many commands were allowed in which second of the steady clock; the last minute only. */
  readonly #recent: { readonly second: number; count: number }[] = [];

  /** `perMinute`: at least 1; infinite for no limit. */
  constructor(perMinute: number, { clock, timers }: { clock: Clock; timers: Timers }) {
    this.perMinute = perMinute;
    this.#clock = clock;
    this.#timers = timers;
    this.#burst = Math.max(1, Math.floor(perMinute * BURST));
    this.#perMs = Math.max(perMinute - this.#burst, perMinute / 2) / MINUTE_MS;
    this.#tokens = this.#burst;
    this.#filledAt = clock.monotonic();
  }

  get use(): BudgetUse {
    this.#forget();
    return {
      lastMinute: this.#recent.reduce((sum, { count }) => sum + count, 0),
      perMinute: this.perMinute,
      total: this.#total,
      waiting: this.#waiting,
    };
  }

  /**
   * Waits until so many more commands are allowed. Nothing is waited for with a count of 0.
   * @throws the reason of the signal
   */
  async take(count: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (count === 0) return;
    this.#waiting += 1;
    const turn = this.#turn.then(() => this.#wait(count, signal));
    this.#turn = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      this.#waiting -= 1;
    }
    this.#total += count;
    const second = Math.floor(this.#clock.monotonic() / 1000);
    const last = this.#recent.at(-1);
    if (last?.second === second) last.count += count;
    else this.#recent.push({ second, count });
    this.#forget();
  }

  async #wait(count: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#fill();
    // More than the burst is never there at once: what is missing is owed, and delays those behind.
    const missing = Math.min(count, this.#burst) - this.#tokens;
    if (missing > 0) {
      await pause(missing / this.#perMs, { clock: this.#clock, timers: this.#timers }, signal);
      this.#fill();
    }
    this.#tokens -= count;
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    if (!Number.isFinite(this.perMinute)) this.#tokens = this.#burst;
    else {
      const gained = (now - this.#filledAt) * this.#perMs;
      this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    }
    this.#filledAt = now;
  }

  #forget(): void {
    const oldest = Math.floor(this.#clock.monotonic() / 1000) - SECONDS;
    while ((this.#recent[0]?.second ?? Number.POSITIVE_INFINITY) <= oldest) this.#recent.shift();
  }
}
