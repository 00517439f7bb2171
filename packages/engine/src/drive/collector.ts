import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import {
  type FailureClass,
  isFlowError,
  SETTLED_TOGETHER,
  type TaskOutput,
  type WriteOptions,
} from '@orchestrate/core';
import type { FailureRecord, OutputRecord } from '../events/fact.ts';
import type { CollectedTask, Effect, Input } from '../schedule/messages.ts';
import { type Leftovers, outputPath } from './aside.ts';
import { filesBelow, identityOf, Unfit } from './file-identity.ts';
import type { JobStaging } from './job-staging.ts';
import type { Place, Places } from './places.ts';
import type { RunBook } from './run-book.ts';
import type { RunFolder } from './run-folder.ts';
import type { Stager } from './stager.ts';

type Collected = Input & { readonly type: 'collected' };
type Collect = Effect & { readonly type: 'collect' };

/** Something is wrong with what a task left: its own fault. */
class BadOutput extends Error {
  readonly failure: FailureClass = 'user-error';
}

/** What a task left may have been published, but nobody remembers: the attempt is repeated, and not counted. */
class ForgottenOutput extends Error {
  readonly failure: FailureClass = 'lost';
}

/**
 * Who submitted a job: `own`: this leader. `inherited`: an earlier one, as the journal says. `forgotten`: this leader, but its
 * backend had the job already: an earlier one had submitted it, and that part of the journal was lost.
 */
export type JobOrigin = 'own' | 'inherited' | 'forgotten';

/** What a task of a job has left, and since when it can have been there. */
interface Left {
  readonly task: number;
  readonly aside: string;
  readonly begunAt: number | undefined;
  /** Whether the job has verified and published what belongs elsewhere, before it said that it succeeded. */
  readonly isByJob: boolean;
}

/** File systems stamp files with a clock that may lag by a tick. */
const COARSE_CLOCK_MS = 20;

/** Outputs published side by side. */
const SIDE_BY_SIDE = 16;

/** Verifies what ended tasks left aside and publishes it. Repeating it after a crash finds what was published already. */
export class Collector {
  readonly #book: RunBook;
  readonly #places: Places;
  readonly #folder: RunFolder;
  readonly #leftovers: Leftovers;
  readonly #stager: Stager;
  readonly #jobStaging: JobStaging;

  constructor(parts: {
    readonly book: RunBook;
    readonly places: Places;
    readonly folder: RunFolder;
    readonly leftovers: Leftovers;
    readonly stager: Stager;
    readonly jobStaging: JobStaging;
  }) {
    this.#book = parts.book;
    this.#places = parts.places;
    this.#folder = parts.folder;
    this.#leftovers = parts.leftovers;
    this.#stager = parts.stager;
    this.#jobStaging = parts.jobStaging;
  }

  async collect(effect: Collect, from: JobOrigin): Promise<Collected> {
    const good: CollectedTask[] = [];
    const bad: (FailureRecord & { readonly task: number })[] = [];
    const one = async (task: number): Promise<void> => {
      try {
        const outputs = await this.#collectTask(effect.job, task, from);
        const usage = effect.usage === undefined ? {} : { usage: effect.usage };
        good.push({ task, ...(outputs.length === 0 ? {} : { outputs }), ...usage });
      } catch (error) {
        bad.push({ task, ...failureOf(error) });
      }
    };
    for (let at = 0; at < effect.tasks.length; at += SIDE_BY_SIDE) {
      await Promise.all(effect.tasks.slice(at, at + SIDE_BY_SIDE).map(one));
    }
    if (bad.length === 0) this.#leftovers.published(effect.job);
    return { type: 'collected', good: good.sort(byTask), bad: bad.sort(byTask) };
  }

  async #collectTask(job: number, task: number, from: JobOrigin): Promise<OutputRecord[]> {
    const found = this.#book.at(task);
    const set = found?.[0].entry.set;
    if (found === undefined || set === undefined || set.hasOutputs === false) return [];
    const spec = set.spec(found[1], this.#book.results);
    const aside = this.#folder.aside(job, task);
    const isInherited = from === 'inherited';
    const begunAt = isInherited ? (this.#book.jobs.get(job)?.submittedAt ?? 0) : undefined;
    // First all are verified, so that a task with a missing output publishes none.
    const isByJob = this.#jobStaging.ofTask(spec, set) === 'job';
    for (const output of spec.outputs ?? []) {
      if (!(isByJob && this.#isFar(output))) this.#verify(output, aside, from);
    }
    const records: OutputRecord[] = [];
    for (const output of spec.outputs ?? []) {
      const record = await this.#publish(output, { task, aside, begunAt, isByJob });
      this.#places.noteSeen(record.address, record);
      records.push(record);
    }
    return records;
  }

  #verify(output: TaskOutput, aside: string, from: JobOrigin): void {
    const isInherited = from === 'inherited';
    const place = this.#places.of(output.address);
    const path = outputPath(this.#places, output, aside);
    const what = `output ${output.name} (${output.address})`;
    // What a forgotten job has made may have been published before it was forgotten.
    const gone = (why: string): Error =>
      from === 'forgotten' ? forgotten(what) : new BadOutput(`${what} ${why}`);
    const identity = identityOf(path);
    if (identity === undefined) {
      if (isInherited && output.inPlace !== true) return;
      throw gone('was not written');
    }
    if (identity instanceof Unfit) throw new BadOutput(`${what} ${identity.reason}`);
    if (identity.folder !== place.folder) {
      throw new BadOutput(
        `${what}: expected a ${place.folder ? 'folder' : 'file'}, got a ${place.folder ? 'file' : 'folder'}`,
      );
    }
    const empty = identity.folder ? identity.files === 0 : identity.bytes === 0;
    // An emptied stage of an inherited job may be one that an earlier leader has published from.
    if (empty && output.mayBeEmpty !== true && !(isInherited && identity.folder)) {
      const why = 'is empty; say `mayBeEmpty` where that is right';
      throw identity.folder ? gone(why) : new BadOutput(`${what} ${why}`);
    }
  }

  #isFar(output: TaskOutput): boolean {
    return this.#places.of(output.address).path === undefined;
  }

  async #publish(output: TaskOutput, left: Left): Promise<OutputRecord> {
    const place = this.#places.of(output.address);
    const address = this.#places.normal(place);
    const isThere = output.inPlace === true || (left.isByJob && place.path === undefined);
    if (!isThere) await this.#move(output, place, left);
    const identity = await this.#places.identity(place);
    if (identity === undefined || identity instanceof Unfit) {
      if (output.mayBeEmpty === true && place.folder) {
        return { name: output.name, address, bytes: 0, generation: '0:' };
      }
      throw new BadOutput(
        `output ${output.name} (${address}) ${identity === undefined ? 'was not written' : identity.reason}`,
      );
    }
    const { bytes, generation } = identity;
    return { name: output.name, address, bytes, generation };
  }

  /** Moves what was left aside to where it belongs. */
  async #move(output: TaskOutput, place: Place, { task, aside, begunAt }: Left): Promise<void> {
    const path = outputPath(this.#places, output, aside);
    if (place.folder && place.path === undefined) {
      const files = filesBelow(path);
      const folder = { from: path, files };
      // An emptied stage of an inherited job is one that was published from before.
      if (files.length > 0 || begunAt === undefined)
        await this.#stager.publish(place, this.#places.normal(place), folder, this.#maker(task));
    } else if (place.folder) {
      await moveFiles(path, place);
    } else if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
      await place.storage.put(path, place.key);
    } else if (begunAt !== undefined) await this.#expectPublished(output, place, begunAt);
  }

  #maker(task: number): { readonly task: string; readonly attempt: number } {
    const attempt = (this.#book.attempts.get(task) ?? 0) + 1;
    return { task: this.#book.registry.task(task), attempt };
  }

  /**
   * The file aside is gone: an earlier leader moved it into place and died before it could say so, or the task never
   * wrote it. What is in place counts only if it came there after this attempt had begun.
   */
  async #expectPublished(output: TaskOutput, place: Place, begunAt: number): Promise<void> {
    const publishedAt =
      place.path === undefined
        ? (await place.storage.stat(place.key))?.modifiedAt
        : lstatSync(place.path, { throwIfNoEntry: false })?.ctimeMs;
    if (publishedAt !== undefined && publishedAt >= begunAt - COARSE_CLOCK_MS) return;
    throw new BadOutput(`output ${output.name} (${output.address}) was not written`);
  }
}

/** Moves the files of a folder into their places, none of which may be damaged by a power cut: nobody looks at them again. */
async function moveFiles(path: string, { storage, key }: Place): Promise<void> {
  const files = filesBelow(path);
  const isSettled = files.length >= SETTLED_TOGETHER;
  const options: WriteOptions = isSettled ? { durable: 'later' } : {};
  if (isSettled) await storage.settle?.();
  for (const relative of files)
    await storage.put(join(path, relative), `${key}/${relative}`, options);
  if (isSettled) await storage.settle?.();
}

function forgotten(what: string): ForgottenOutput {
  return new ForgottenOutput(
    `${what} is not where it was written; the job is one of a part of the journal that was lost, so it is done again`,
  );
}

function byTask(a: { readonly task: number }, b: { readonly task: number }): number {
  return a.task - b.task;
}

function failureOf(error: unknown): FailureRecord {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof BadOutput || error instanceof ForgottenOutput) {
    return { failure: error.failure, message };
  }
  if (isFlowError(error) && error.code === 'STORAGE_FULL') return { failure: 'quota', message };
  if (isFlowError(error) && error.retry === 'later') return { failure: 'node-failure', message };
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return { failure: 'quota', message };
  return { failure: 'user-error', message };
}
