import type { JobExit } from '@orchestrate/core';
import { exitOfStatus } from './exit-class.ts';
import type { Keeper } from './keeper.ts';
import type { LocalJob } from './local-job.ts';
import type { ForcedReason, KeeperRecord } from './records.ts';

/** What records tell of jobs. */
export interface JobEvents {
  /** `at`: milliseconds since 1970, where known. */
  started(job: LocalJob, at: number | undefined): void;
  /** Its own process is over, and how; others that it started may go on. */
  ended(job: LocalJob, exit: JobExit): void;
  /** Its keeper will never start it. */
  refused(job: LocalJob): void;
  /** It is being ended by somebody else: the watchdog. */
  forced(job: LocalJob, reason: ForcedReason): void;
  progressed(job: LocalJob): void;
}

/** Tells what one record of a keeper means for the job it is about, which the keeper has; other records mean nothing now. */
export function tellRecord(record: KeeperRecord, keeper: Keeper, events: JobEvents): void {
  if (record.kind === 'header' || record.kind === 'queued') return;
  if (record.kind === 'watchdog') {
    keeper.watchdogPid = record.pid;
    return;
  }
  const job = keeper.jobs.find(({ key }) => key === record.key);
  if (job === undefined) return;
  switch (record.kind) {
    case 'started':
      events.started(job, record.at);
      return;
    case 'ended':
      events.ended(job, exitOfStatus(record.code, job.facts));
      return;
    case 'no-directory':
      events.ended(job, {
        outcome: 'user-error',
        message: `nothing was started: there is no working directory ${job.spec?.directory ?? ''}`,
      });
      return;
    case 'refused':
      events.refused(job);
      return;
    case 'forced':
      events.forced(job, record.reason);
      return;
    case 'progress':
      job.progress?.add(record.progress);
      events.progressed(job);
      return;
    case 'finished':
      events.ended(job, record.exit);
      return;
  }
}
