import type { Clock } from '@orchestrate/core';
import type { Timers } from './run-types.ts';

/** Resolves after so many seconds, or as soon as the signal aborts. */
export async function pauseFor(
  seconds: number,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = timers.at(clock.monotonic() + seconds * 1000, resolve);
  const stop = (): void => resolve();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    timer[Symbol.dispose]();
  }
}
