import type { NativeConfig } from '../config/native-config.ts';
import { NO_PROGRESS_CODE, UNFINISHED_CODE } from './job-script.ts';

const ALL_CODES = Array.from({ length: 255 }, (_, index) => index + 1);

/** `retry` of the job, in the words of the project file. */
export function retryOf({ resubmit, success, progress }: NativeConfig): object | undefined {
  if (resubmit === undefined) return undefined;
  const { on, unfinished, attempts, delay, factor, maxDelay, memory, time } = resubmit;
  const isUnfinishedWorth = unfinished && success !== undefined;
  const isUserErrorWorth = on.includes('user-error');
  const finals = new Set<number>(progress === undefined ? [] : [NO_PROGRESS_CODE]);
  if (isUnfinishedWorth && !isUserErrorWorth) {
    // Of all failures of the work itself only this one is worth another attempt.
    for (const code of ALL_CODES) if (code !== UNFINISHED_CODE) finals.add(code);
  } else if (!isUnfinishedWorth) finals.add(UNFINISHED_CODE);
  const given = { delay: seconds(delay), factor, maxDelay: seconds(maxDelay), memory, time };
  return {
    attempts,
    on: isUnfinishedWorth && !isUserErrorWorth ? [...on, 'user-error'] : on,
    finalCodes: [...finals].sort((a, b) => a - b),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

function seconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value}s`;
}
