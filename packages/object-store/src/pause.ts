import { setTimeout } from 'node:timers/promises';

/** Waits for some milliseconds; rejects at once, with any error, when the signal aborts. Handed in so that tests own time. */
export type Pause = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

/** Waits by the clock of this machine, without keeping the process alive. */
export const machinePause: Pause = async (milliseconds, signal) => {
  await setTimeout(milliseconds, undefined, { signal, ref: true });
};
