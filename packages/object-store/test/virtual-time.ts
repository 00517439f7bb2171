import { setImmediate } from 'node:timers/promises';
import { ManualClock } from '@orchestrate/testkit';
import type { Pause } from '../src/pause.ts';

/** Rounds of the event loop after which nothing moves any more but by time. */
const QUIET_ROUNDS = 30;

/** A clock that jumps to the next timer whenever everything waits for one. */
export class VirtualTime {
  readonly clock = new ManualClock();

  readonly pause: Pause = (milliseconds, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal?.throwIfAborted();
    const timer = this.clock.setTimer(this.clock.monotonic() + milliseconds, resolve);
    const stop = () => reject(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    return promise.finally(() => {
      timer[Symbol.dispose]();
      signal?.removeEventListener('abort', stop);
    });
  };

  /** Lets time pass as fast as it can until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const over = work.then(
      () => undefined,
      () => undefined,
    );
    void over.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      for (let round = 0; round < QUIET_ROUNDS && !isDone; round += 1) await setImmediate();
      const next = this.clock.nextTimer;
      if (!isDone && next !== undefined)
        this.clock.advance(Math.max(0, next - this.clock.monotonic()));
    }
    return work;
  }
}
