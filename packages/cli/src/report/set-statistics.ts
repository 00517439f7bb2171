import type { FailureClass } from '@orchestrate/core';
import type { SetView } from '@orchestrate/engine';
import { type Attempt, runSeconds } from './attempts.ts';
import type { SetStatistics } from './report-types.ts';

/** The value below which a share of sorted values lies, interpolated between neighbours (type 7 of Hyndman and Fan, 1996). */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

function cpuHours(attempts: readonly Attempt[]): number | undefined {
  const known = attempts.flatMap(({ cpuSeconds }) =>
    cpuSeconds === undefined ? [] : [cpuSeconds],
  );
  if (known.length === 0) return undefined;
  return known.reduce((sum, seconds) => sum + seconds, 0) / 3600;
}

function failuresByClass(attempts: readonly Attempt[]): SetStatistics['failedAttempts'] {
  const counts: Partial<Record<FailureClass, number>> = {};
  for (const { failure } of attempts) {
    if (failure !== undefined) counts[failure] = (counts[failure] ?? 0) + 1;
  }
  return counts;
}

/** Attempts and times of one set. */
export function setStatistics(
  set: SetView,
  attempts: readonly Attempt[],
  lastAt: number,
): SetStatistics {
  const times = attempts
    .filter(({ end }) => end === 'succeeded' || end === 'failed')
    .flatMap((attempt) => runSeconds(attempt, lastAt) ?? [])
    .sort((a, b) => a - b);
  const hours = cpuHours(attempts);
  const [median, p95, max] = [quantile(times, 0.5), quantile(times, 0.95), times.at(-1)];
  return {
    set: set.name,
    backend: set.backend,
    tasks: set.size,
    counts: set.counts,
    attempts: attempts.filter(({ end }) => end !== 'withdrawn').length,
    timed: times.length,
    ...(median === undefined ? {} : { medianSeconds: median }),
    ...(p95 === undefined ? {} : { p95Seconds: p95 }),
    ...(max === undefined ? {} : { maxSeconds: max }),
    totalSeconds: times.reduce((sum, seconds) => sum + seconds, 0),
    ...(hours === undefined ? {} : { cpuHours: hours }),
    failedAttempts: failuresByClass(attempts),
  };
}
