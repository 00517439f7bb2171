import { closeSync, constants, fchmodSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type JobStatus,
  type Json,
  parseJobKey,
  type RunId,
  type TaskSpec,
} from '@orchestrate/core';
import { eachOf } from '../events/ranges.ts';
import type { References } from '../project/references.ts';
import type { Input } from '../schedule/messages.ts';
import type { JobRenderer } from './job-renderer.ts';
import type { RunBook } from './run-book.ts';
import type { RunFolder } from './run-folder.ts';
import { scrubLog } from './scrub-log.ts';

type Statuses = Input & { readonly type: 'statuses' };
type Status = Statuses['statuses'][number];

/** A function's result is kept in the journal, so it has a limit; larger things are outputs. */
const LARGEST_RESULT_CHARACTERS = 1024 * 1024;

/** Status reports of jobs of this run, with numbers for keys, and results that are too large turned into failures. */
export function ofRun(run: RunId, statuses: readonly JobStatus[]): Status[] {
  const ours: Status[] = [];
  for (const { key, ...status } of statuses) {
    const parsed = parseJobKey(key);
    if (parsed?.run === run) ours.push({ ...limitResults(status), job: parsed.number });
  }
  return ours;
}

function isLarge(value: Json): boolean {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return false;
  if (typeof value === 'string') return value.length > LARGEST_RESULT_CHARACTERS;
  return JSON.stringify(value).length > LARGEST_RESULT_CHARACTERS;
}

function limitResults(status: Omit<JobStatus, 'key'>): Omit<JobStatus, 'key'> {
  const { progress } = status;
  if (progress === undefined || progress.values.length === 0) return status;
  const large = new Set(progress.values.flatMap(([at, value]) => (isLarge(value) ? [at] : [])));
  if (large.size === 0) return status;
  const succeeded: [number, number][] = [];
  for (const [first, last] of progress.succeeded) {
    for (let at = first; at <= last; at += 1) if (!large.has(at)) succeeded.push([at, at]);
  }
  const message = `its result is larger than ${LARGEST_RESULT_CHARACTERS} characters of JSON; write it to an output instead`;
  const failed = [...large].map((position) => ({
    position,
    failure: 'user-error' as const,
    message,
  }));
  return {
    ...status,
    progress: {
      succeeded,
      values: progress.values.filter(([at]) => !large.has(at)),
      failed: [...progress.failed, ...failed],
    },
  };
}

/**
 * The log of a task with secrets holds what the task prints until it has ended: nobody else may read it. Never through a link
 * that a task has put there.
 */
function makePrivate(path: string): void {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const file = openSync(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

interface ScrubberParts {
  readonly book: RunBook;
  readonly renderer: JobRenderer;
  readonly folder: RunFolder;
  readonly references: References;
}

/** Takes secrets out of the logs of ended jobs, before anybody is told that they have ended. */
export class LogScrubber {
  readonly #parts: ScrubberParts;
  /** Logs of jobs this leader submitted that ran with secrets. */
  readonly #logs = new Map<number, readonly string[]>();
  readonly #own = new Set<number>();

  constructor(parts: ScrubberParts) {
    this.#parts = parts;
  }

  /** Notes a job that is about to be submitted, and makes its logs so that only the user can read them. @throws system errors */
  note(job: number, specs: readonly TaskSpec[], logs: () => readonly string[]): void {
    this.#own.add(job);
    const [lead] = specs;
    if (lead === undefined || !this.#parts.renderer.hasSecret(lead)) return;
    const paths = logs();
    for (const path of paths) makePrivate(path);
    this.#logs.set(job, paths);
  }

  forget(job: number): void {
    this.#own.delete(job);
    this.#logs.delete(job);
  }

  /** What has to be done before the end of a job is told; `undefined`: nothing. */
  scrub(job: number): Promise<unknown> | undefined {
    const logs = this.#own.has(job) ? this.#logs.get(job) : this.#inheritedLogs(job);
    if (logs === undefined || logs.length === 0) return undefined;
    return Promise.all(logs.map((log) => scrubLog(log, this.#parts.references)));
  }

  #inheritedLogs(job: number): readonly string[] | undefined {
    const { book, renderer, folder, references } = this.#parts;
    const known = book.jobs.get(job);
    if (known === undefined) return undefined;
    const logs: string[] = [];
    eachOf(known.tasks, (task) => {
      const found = book.at(task);
      const spec = found?.[0].entry.set?.spec(found[1], book.results);
      if (found === undefined || spec === undefined || !renderer.hasSecret(spec)) return;
      references.resolveDeep(spec.environment ?? {});
      const directory = folder.logFolder(found[0].entry.record.name);
      for (const name of readdirSync(directory)) {
        if (name.startsWith(`${found[1]}.`)) logs.push(join(directory, name));
      }
    });
    return logs;
  }
}
