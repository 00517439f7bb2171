import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex, Writable } from 'node:stream';
import type { Need } from './admission.ts';
import type { KeeperPaths } from './keeper-script.ts';
import type { LocalJob } from './local-job.ts';
import type { RecordFile } from './record-file.ts';
import type { KeeperHeader, KeeperRecord } from './records.ts';

/** Paths of the files of one keeper. */
export function keeperPaths(directory: string, id: string): KeeperPaths {
  return {
    directory,
    records: join(directory, `${id}.rec`),
    stop: join(directory, `${id}.stop`),
    watch: join(directory, `${id}.watch`),
    output: join(directory, `${id}.out`),
  };
}

/** The living connection to a keeper that this leader started itself. */
export interface KeeperLink {
  readonly child: ChildProcess;
  readonly input: Writable | Duplex;
}

/**
 * A long-lived process, leader of its own session and group, that runs the jobs handed to it one after another and records
 * their starts and ends in a file. It outlives the leader that started it: then it does what it was handed, and ends.
 */
export class Keeper {
  readonly id: string;
  readonly header: KeeperHeader;
  readonly paths: KeeperPaths;
  readonly records: RecordFile;
  /** Handed over and not over yet, in the order in which they run. */
  readonly jobs: LocalJob[] = [];
  /** Resources taken for the job that runs; later ones need no more than it. */
  held: Need | undefined;
  /** Its process is gone. */
  gone = false;
  /** It takes no further jobs. */
  closing = false;
  watchdogPid: number | undefined;
  /** Jobs in the record file that nobody has asked to forget. */
  remembered = 0;
  /** Jobs handed over so far. */
  served = 0;
  /** Modules a function worker has loaded, with the time at which each file was changed last. */
  readonly loaded = new Map<string, number>();
  readonly #link: KeeperLink | undefined;

  constructor(
    id: string,
    header: KeeperHeader,
    files: { readonly paths: KeeperPaths; readonly records: RecordFile },
    link?: KeeperLink,
  ) {
    this.id = id;
    this.header = header;
    this.paths = files.paths;
    this.records = files.records;
    this.#link = link;
  }

  get pid(): number {
    return this.header.pid;
  }

  /** Whether an earlier leader started it. */
  get adopted(): boolean {
    return this.#link === undefined;
  }

  get idle(): boolean {
    return this.jobs.length === 0 && !this.closing && !this.gone && !this.adopted;
  }

  /** Notes for every later leader that the job was handed over, then hands it over. */
  hand(job: LocalJob, text: string): void {
    this.records.append({ kind: 'queued', key: job.key, facts: job.facts });
    this.jobs.push(job);
    this.served += 1;
    this.remembered += 1;
    job.keeper = this;
    job.state = 'handed';
    job.reason = undefined;
    this.#link?.input.write(text);
  }

  /** Hands over text that is not a job. */
  say(text: string): void {
    this.#link?.input.write(text);
  }

  /** New records since the last call. */
  read(): KeeperRecord[] {
    return this.records.read();
  }

  /**
   * Makes the keeper refuse every job it has not started. It looks for the file between the end record of one job and the
   * start record of the next; so when that end record is not there after this call, the next job will never start.
   */
  stop(): void {
    if (!existsSync(this.paths.stop)) closeSync(openSync(this.paths.stop, 'a', 0o600));
    this.close();
  }

  /** Lets it end once it has done what it was handed. */
  close(): void {
    if (this.closing) return;
    this.closing = true;
    this.#link?.input.end();
  }

  /** Sends a signal to the whole process group. Whether there was anybody. */
  signal(name: NodeJS.Signals): boolean {
    try {
      return process.kill(-this.pid, name);
    } catch {
      return false;
    }
  }

  /** Takes a job off the list of those it has. */
  release(job: LocalJob): void {
    const position = this.jobs.indexOf(job);
    if (position !== -1) this.jobs.splice(position, 1);
  }

  /** Has a job that must have started by now, as far as this leader knows. */
  get isToStart(): boolean {
    return !this.gone && !this.adopted && this.jobs[0]?.state === 'handed';
  }

  /** Stops listening, so that this process can end while the keeper goes on. */
  detach(): void {
    this.close();
    this.#link?.child.unref();
    this.#link?.child.stdout?.destroy();
    this.records[Symbol.dispose]();
  }

  /** Removes its files, once it is gone and nobody needs what they tell. */
  removeFiles(): void {
    this.records[Symbol.dispose]();
    const { records, stop, watch, output } = this.paths;
    for (const path of [records, stop, watch, output]) rmSync(path, { force: true });
  }
}
