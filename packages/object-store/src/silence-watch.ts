import type { Clock } from '@orchestrate/core';
import type { Pause } from './pause.ts';

/** A request that is watched. */
export interface Watched {
  /** Tells that bytes have arrived. */
  alive(): void;
  /** Ends the watch; to be called when the request is over. */
  over(): void;
}

interface Entry {
  readonly seconds: number;
  readonly onSilence: (seconds: number) => void;
  heardAt: number;
}

/** Why a wait ends: one for all, since an error made for each would cost as much as what is saved. */
const OVER = new Error('nothing is watched');

/**
 * Watches requests for silence. One wait serves all that are on their way, since beginning and ending one for each would cost as
 * much as a small request.
 */
export class SilenceWatch {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #pause: Pause;
  readonly #entries = new Set<Entry>();
  #waiting: { readonly until: number; readonly end: AbortController } | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>, pause: Pause) {
    this.#clock = clock;
    this.#pause = pause;
  }

  /** @param onSilence called once when nothing was heard for so long */
  begin(seconds: number, onSilence: (seconds: number) => void): Watched {
    const entry: Entry = { seconds, onSilence, heardAt: this.#clock.monotonic() };
    this.#entries.add(entry);
    this.#waitFor(entry.heardAt + seconds * 1000);
    return {
      alive: () => {
        entry.heardAt = this.#clock.monotonic();
      },
      over: () => {
        this.#entries.delete(entry);
        // A wait for nothing would keep the process from ending.
        if (this.#entries.size === 0) this.#stop();
      },
    };
  }

  #waitFor(time: number): void {
    if (this.#waiting !== undefined && this.#waiting.until <= time) return;
    this.#stop();
    const end = new AbortController();
    this.#waiting = { until: time, end };
    const milliseconds = Math.max(0, time - this.#clock.monotonic());
    this.#pause(milliseconds, end.signal).then(
      () => {
        if (!end.signal.aborted) this.#look();
      },
      // Ended by us.
      () => undefined,
    );
  }

  #stop(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.end.abort(OVER);
  }

  #look(): void {
    this.#waiting = undefined;
    const now = this.#clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries) {
      const end = entry.heardAt + entry.seconds * 1000;
      if (end <= now) {
        this.#entries.delete(entry);
        entry.onSilence(entry.seconds);
      } else next = Math.min(next, end);
    }
    if (next !== Number.POSITIVE_INFINITY) this.#waitFor(next);
  }
}
