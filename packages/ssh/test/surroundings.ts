import { type Clock, silentLogger } from '@orchestrate/core';
import { machineTimers, type Surroundings } from '@orchestrate/ssh';

const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** The machine's own clock and chance. */
export const real: Surroundings = {
  clock,
  timers: machineTimers(clock),
  random: Math.random,
  log: silentLogger,
};
