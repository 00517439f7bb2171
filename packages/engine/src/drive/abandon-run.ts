import { setTimeout as pause } from 'node:timers/promises';
import { type JobKey, jobKey, type RunId } from '@orchestrate/core';
import type { Journal } from '../journal/journal.ts';
import { runError } from '../run-errors.ts';
import { RunFold } from '../views/fold-run.ts';
import type { RunRequest } from './run-types.ts';
import { TaskRegistry } from './task-registry.ts';

/** Longest wait for jobs of an abandoned run to end, seconds. */
const LONGEST_WAIT_SECONDS = 60;
const LOOK_EVERY_MS = 250;

/** Jobs of a run that may be alive, by backend, from the journal alone: the flow that made them may be gone. */
export function liveJobs(journal: Journal, run: RunId): ReadonlyMap<string, readonly JobKey[]> {
  const fold = new RunFold(new TaskRegistry());
  for (const entry of journal.reader.entries(run)) fold.feed(entry);
  const live = new Map<string, JobKey[]>();
  for (const [job, { backend }] of fold.jobs) {
    const keys = live.get(backend) ?? [];
    keys.push(jobKey(run, job));
    live.set(backend, keys);
  }
  return live;
}

/**
 * Ends the jobs of a run that is given up, and waits until they are gone.
 * @throws RUN_UNFINISHED when some cannot be ended
 */
export async function endJobs(
  request: RunRequest,
  run: RunId,
  live: ReadonlyMap<string, readonly JobKey[]>,
): Promise<void> {
  for (const [name, keys] of live) {
    const backend = request.providers.backends.get(name);
    const fail = (why: string): Error =>
      runError('RUN_UNFINISHED', `jobs of run ${run} on backend ${name} cannot be ended: ${why}`, {
        details: { run, backend: name, jobs: keys.length },
      });
    if (backend === undefined) throw fail('the backend is no longer in the project');
    const until = performance.now() + LONGEST_WAIT_SECONDS * 1000;
    let left = keys;
    for (;;) {
      const found = await backend.find(left);
      left = found.flatMap(({ key, state }) =>
        state === 'ended' || state === 'absent' ? [] : [key],
      );
      if (left.length === 0) break;
      if (performance.now() > until) throw fail(`${left.length} are still alive`);
      await backend.cancel(left, { reason: 'cancelled' });
      await pause(LOOK_EVERY_MS);
    }
  }
}
