import type { DatabaseSync } from 'node:sqlite';
import {
  backoffSeconds,
  type Clock,
  type ComputeBackend,
  isFlowError,
  type Logger,
  type RunId,
} from '@orchestrate/core';
import { pauseFor } from './pause-for.ts';
import type { Timers } from './run-types.ts';

/** What is needed to clean up behind runs that are over. */
export interface SweepParts {
  readonly db: DatabaseSync;
  readonly backends: ReadonlyMap<string, ComputeBackend>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Aborted when nobody wants to wait any longer. */
  readonly signal: AbortSignal;
}

/** How long a backend that does not answer is waited for: longer than it takes to start one again. */
const PATIENCE_SECONDS = 180;
const PAUSES = { seconds: 0.5, factor: 2, maxSeconds: 10, jitter: 0 };

/**
 * Has backends take away what is left of runs that are over: this one may have ended while its backend was away, and leaders of
 * others may have been killed between the end of a run and their own cleaning. That something could not be removed does not
 * change how this run ended.
 */
export async function sweepEnded(parts: SweepParts): Promise<void> {
  const { db, backends } = parts;
  const sweeping = [...backends].filter(([, backend]) => backend.sweep !== undefined);
  if (sweeping.length === 0) return;
  const rows = db.prepare('SELECT id FROM run WHERE outcome IS NOT NULL').all();
  const over = new Set(rows.map(({ id }) => id as RunId));
  if (over.size === 0) return;
  await Promise.all(sweeping.map(([name, backend]) => sweepOne(name, backend, over, parts)));
}

async function sweepOne(
  name: string,
  backend: ComputeBackend,
  over: ReadonlySet<RunId>,
  parts: SweepParts,
): Promise<void> {
  const { clock, log, signal } = parts;
  const until = clock.monotonic() + PATIENCE_SECONDS * 1000;
  for (let round = 1; ; round += 1) {
    try {
      await backend.sweep?.(over);
      return;
    } catch (error) {
      const mayCome = isFlowError(error) && error.retry === 'later';
      if (!mayCome || signal.aborted || clock.monotonic() >= until) {
        const how =
          'what ended runs have left could not be removed; `orchestrate clean` does it later';
        log.warn({ err: error, backend: name }, how);
        return;
      }
      if (round === 1)
        log.warn(
          { backend: name, reason: error.message, seconds: PATIENCE_SECONDS },
          'what ended runs have left cannot be removed yet; it is tried again',
        );
    }
    await pauseFor(
      backoffSeconds(PAUSES, round, () => 0),
      parts,
      signal,
    );
  }
}
