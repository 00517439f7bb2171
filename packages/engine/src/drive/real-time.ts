import type { Clock } from '@orchestrate/core';
import type { Timers } from './run-types.ts';

/** The clocks of this machine. */
export const realClock: Clock = {
  now: () => Date.now(),
  // The same clock as `performance.now()`, without loading what else Node measures.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
};

/** Longest delay `setTimeout` takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** Timers of this machine, on the given clock. */
export function realTimers(clock: Clock): Timers {
  return {
    at(monotonic, call) {
      const delay = Math.ceil(Math.max(0, monotonic - clock.monotonic()));
      const timer = setTimeout(call, Math.min(delay, LONGEST_MS));
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    },
  };
}
