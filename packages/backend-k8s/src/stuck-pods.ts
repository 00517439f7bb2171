import type { Clock, JobKey, Logger } from '@orchestrate/core';
import { type EndRequest, type Seen, unstartable, waitReason } from './job-state.ts';

/** What pods that cannot start are given up with. */
export interface StuckParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a pod may be unable to start that perhaps will be able to. */
  readonly patienceSeconds: number;
  readonly giveUp: (key: JobKey, request: EndRequest) => Promise<void>;
  /** Nothing changes about a pod that is stuck, so nobody tells of it. */
  readonly lookAgain: (keys: readonly JobKey[]) => void;
}

/** Between two looks, milliseconds. */
const LOOKS_MS = 2_000;

/** Gives up what cannot start for good, and what could not for too long. */
export class StuckPods implements Disposable {
  readonly #parts: StuckParts;
  /** Since when pods have been unable to start, by the clock that never goes back. */
  readonly #since = new Map<JobKey, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: StuckParts) {
    this.#parts = parts;
  }

  look(key: JobKey, seen: Seen): void {
    const { clock, log, patienceSeconds, giveUp, lookAgain } = this.#parts;
    const trouble = unstartable(seen);
    if (trouble === undefined) {
      this.drop(key);
      return;
    }
    const since = this.#since.get(key) ?? clock.monotonic();
    this.#since.set(key, since);
    const isTooLong = clock.monotonic() - since >= patienceSeconds * 1000;
    if (trouble === 'for good' || isTooLong) {
      const message = `its pod cannot start: ${waitReason(seen) ?? 'nobody says why'}`;
      this.#since.set(key, Number.POSITIVE_INFINITY);
      giveUp(key, { outcome: 'submit-rejected', message }).catch((error: unknown) => {
        this.#since.set(key, since);
        log.warn({ err: error, key }, 'a job that cannot start could not be ended');
      });
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      lookAgain([...this.#since.keys()]);
    }, LOOKS_MS).unref();
  }

  drop(key: JobKey): void {
    this.#since.delete(key);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
