import { stepError } from './errors.ts';

/** @throws STEP_STOPPED once the attempt is cancelled or out of time */
export function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw stoppedError();
}

/** What a step ends with when it was asked to stop. */
export function stoppedError(): Error {
  return stepError('STEP_STOPPED', 'The step was asked to stop.');
}
