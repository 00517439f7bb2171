import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunId } from '@orchestrate/core';
import type { DriverEnd } from './driver.ts';
import type { RunBook } from './run-book.ts';
import type { RunFolder } from './run-folder.ts';
import type { FailureLine, RunSummary, SetTally } from './run-types.ts';

function tallies(book: RunBook): SetTally[] {
  return book.registry.listed.map((entry) => {
    const { succeeded, reused, failed, skipped, cancelled } = book.book(entry).counts;
    const open = entry.size - succeeded - reused - failed - skipped - cancelled;
    return {
      name: entry.record.name,
      total: entry.size,
      succeeded,
      reused,
      failed,
      skipped,
      cancelled,
      open,
    };
  });
}

/** Log of the last attempt of a task, where one was written. */
function lastLog(folder: string, index: number): string | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const attempts = names
    .flatMap((name) => {
      const match = /^(\d+)\.(\d+)\.log$/.exec(name);
      return match !== null && Number(match[1]) === index ? [Number(match[2])] : [];
    })
    .sort((a, b) => b - a);
  return attempts[0] === undefined ? undefined : join(folder, `${index}.${attempts[0]}.log`);
}

/** Failures whose logs are looked for; a run with more has a common cause. */
const LOGS_LOOKED_FOR = 50;

/** What a person is told at the end. */
export function summarize(
  parts: {
    readonly run: RunId;
    readonly name: string;
    readonly book: RunBook;
    readonly folder: RunFolder;
    readonly seconds: number;
    /** Jobs that may be alive. */
    readonly liveJobs: number;
  },
  end: DriverEnd,
): RunSummary {
  const { book, folder } = parts;
  const failures = book.failed.map((one, position): FailureLine => {
    const place = book.registry.place(one.task);
    const logPath =
      place === undefined || position >= LOGS_LOOKED_FOR
        ? undefined
        : lastLog(folder.logFolder(place.set), place.index);
    return {
      task: book.registry.task(one.task),
      failure: one.failure,
      message: one.message,
      ...(one.code === undefined ? {} : { code: one.code }),
      ...(one.signal === undefined ? {} : { signal: one.signal }),
      attempts: book.attempts.get(one.task) ?? 1,
      ...(logPath === undefined ? {} : { logPath }),
    };
  });
  const sets = tallies(book);
  return {
    run: parts.run,
    name: parts.name,
    outcome: end.outcome,
    ...(end.reason === undefined ? {} : { reason: end.reason }),
    seconds: parts.seconds,
    sets,
    failures,
    failedTasks: book.failedTasks,
    skippedTasks: sets.reduce((sum, set) => sum + set.skipped, 0),
    liveJobs: end.outcome === 'stopped' ? parts.liveJobs : 0,
  };
}
