import { UNKNOWN } from './codes.ts';
import type { Job } from './job.ts';
import type { Tally } from './outcomes.ts';
import type { Turn } from './turn.ts';

/** It is in doubt whether a job exists or goes on. It is looked for; it is never submitted again before it is proved gone. */
export function doubt(turn: Turn, tally: Tally, job: Job, reason: string): void {
  if (job.state !== UNKNOWN) {
    tally.jobs.set(job.number, 'doubted');
    tally.doubt = reason;
  }
  if (job.state !== UNKNOWN || !job.isToFind) toFind(turn, job);
}

/** The job is to be looked for as soon as may be. */
export function toFind(turn: Turn, job: Job): void {
  const backend = turn.leader.backend(job.backend);
  backend.hasDoubts = true;
  if (backend.find < 0) {
    backend.findAt = turn.mono;
    backend.findTries = 0;
  }
  job.settleAt = turn.mono + backend.traits.settleSeconds * 1000;
  job.isToFind = true;
}
