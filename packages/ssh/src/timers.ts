import type { Clock } from '@orchestrate/core';

/** Calls back at a time of the steady clock. */
export interface Timers {
  /** Calls once when `Clock.monotonic()` reaches `atMonotonic`, unless disposed before. */
  setTimer(atMonotonic: number, call: () => void): Disposable;
}

/** Longest delay `setTimeout` takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** Timers of this machine, on the given clock. */
export function machineTimers(clock: Clock): Timers {
  return {
    setTimer(atMonotonic, call) {
      const delay = Math.ceil(Math.max(0, atMonotonic - clock.monotonic()));
      const timer = setTimeout(call, Math.min(delay, LONGEST_MS));
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    },
  };
}

/** The promise, or the reason of the signal if that comes first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Waits, on the clock that was handed in.
 * @throws the reason of the signal
 */
export async function pause(
  milliseconds: number,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = timers.setTimer(clock.monotonic() + milliseconds, resolve);
  await unlessAborted(promise, signal);
}
