import { setFlagsFromString } from 'node:v8';

/** Runs of more tasks are worth it. */
const MANY_TASKS = 100_000;

/**
 * In a long run V8 lets the space for new objects grow to 64 MB twice over, though hardly anything of a run outlives a turn:
 * a hundred megabytes of garbage. What it has when the run begins is enough, and costs no speed.
 */
export function keepYoungGeneration(tasks: number): void {
  if (tasks > MANY_TASKS) setFlagsFromString('--semi-space-growth-factor=1');
}
