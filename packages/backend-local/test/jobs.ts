import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type ComputeBackend,
  type JobKey,
  type JobSpec,
  type JobStatus,
  jobKey,
  type RunId,
} from '@orchestrate/core';

const RUN = 'testaaaa' as RunId;

export function key(number: number): JobKey {
  return jobKey(RUN, number);
}

/** A job of a test: number, work, and whatever else. */
export function job(
  place: string,
  number: number,
  work: JobSpec['work'],
  more: Partial<JobSpec> = {},
): JobSpec {
  return {
    key: key(number),
    name: `job ${number}`,
    work,
    directory: place,
    environment: {},
    resources: {},
    logPath: join(place, `${number}.log`),
    ...more,
  };
}

/** Work in a shell. */
export function sh(script: string): JobSpec['work'] {
  const shell = 'sh';
  return { kind: 'shell', shell, script };
}

/** Asks until there is an answer. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  seconds = 50,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await wait(10);
  }
}

/** The statuses of jobs, once all have ended. */
export function ended(
  backend: ComputeBackend,
  keys: readonly JobKey[],
  seconds?: number,
): Promise<readonly JobStatus[]> {
  const ask = async () => {
    const statuses = await backend.observe(keys);
    return statuses.every(({ state }) => state === 'ended') ? statuses : undefined;
  };
  return until(`${keys.length} jobs to end`, ask, seconds);
}
