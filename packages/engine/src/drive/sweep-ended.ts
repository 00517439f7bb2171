import type { DatabaseSync } from 'node:sqlite';
import type { ComputeBackend, Logger, RunId } from '@orchestrate/core';

/** What is needed to clean up behind runs that are over. */
export interface SweepParts {
  readonly db: DatabaseSync;
  readonly backends: ReadonlyMap<string, ComputeBackend>;
  readonly log: Logger;
}

/**
 * Has backends take away what is left of runs that are over: their leaders may have been killed between the end of a run and
 * their own cleaning. That something could not be removed does not change how this run ended.
 */
export async function sweepEnded({ db, backends, log }: SweepParts): Promise<void> {
  const sweeping = [...backends].filter(([, backend]) => backend.sweep !== undefined);
  if (sweeping.length === 0) return;
  const rows = db.prepare('SELECT id FROM run WHERE outcome IS NOT NULL').all();
  const over = new Set(rows.map(({ id }) => id as RunId));
  if (over.size === 0) return;
  await Promise.all(
    sweeping.map(async ([name, backend]) => {
      try {
        await backend.sweep?.(over);
      } catch (error) {
        log.warn({ err: error, backend: name }, 'what ended runs have left could not be removed');
      }
    }),
  );
}
