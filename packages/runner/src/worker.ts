import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { FunctionPack, JobExit } from '@orchestrate/core';
import { OutputCapture } from './output-capture.ts';
import { PackRun } from './pack-run.ts';
import { describeThrown } from './thrown.ts';
import { Watchdog } from './watchdog.ts';
import { WorkerRecords } from './worker-records.ts';

/** First line a worker is sent. */
export interface WorkerSettings {
  readonly records: string;
  readonly stop: string;
  readonly graceSeconds: number;
  readonly projectDirectory: string;
}

/** Every further line. */
export interface WorkerJob {
  readonly key: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logPath: string;
  readonly timeSeconds?: number;
  readonly pack: FunctionPack;
}

const CHANNEL = 3;

/** Sets variables of this process; disposing puts back what was there. */
function setEnvironment(variables: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    },
  };
}

/**
 * A process that runs packs one after another, as a leader sends them. What becomes of them is in its record file; the
 * channel only tells the leader to look there. It outlives its leader: it does what it was sent, and ends.
 */
export class PackWorker {
  readonly #entry: URL;
  readonly #capture = new OutputCapture();
  readonly #waiting: WorkerJob[] = [];
  #settings: WorkerSettings | undefined;
  #records: WorkerRecords | undefined;
  #watchdog: Watchdog | undefined;
  #present:
    | { readonly key: string; readonly run: PackRun; readonly abort: AbortController }
    | undefined;
  #busy = false;
  #leaderGone = false;

  /** `entry` is the module of the process, which the watchdog's thread loads too. */
  constructor(entry: URL) {
    this.#entry = entry;
  }

  /** Listens until the leader has gone and everything is done; then ends the process. */
  listen(): void {
    process.on('SIGTERM', () => this.#present?.abort.abort());
    process.on('exit', (code) => this.#crash(`the call ended its process (exit code ${code})`));
    process.on('uncaughtException', (error) => {
      this.#crash(describeThrown(error));
      process.exit(1);
    });
    const channel = new Socket({ fd: CHANNEL });
    let rest = '';
    channel.setEncoding('utf8');
    channel.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(line);
    });
    const leave = (): void => {
      this.#leaderGone = true;
      if (!this.#busy) process.exit(0);
    };
    channel.on('end', leave);
    channel.on('error', leave);
    channel.on('close', leave);
  }

  #hear(line: string): void {
    if (this.#settings === undefined) {
      this.#settings = JSON.parse(line) as WorkerSettings;
      this.#records = new WorkerRecords(this.#settings.records, this.#settings.stop, nudge);
      return;
    }
    this.#waiting.push(JSON.parse(line) as WorkerJob);
    if (!this.#busy) void this.#work(this.#settings);
  }

  async #work(settings: WorkerSettings): Promise<void> {
    this.#busy = true;
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      await this.#run(job, settings);
    }
    this.#busy = false;
    if (this.#leaderGone) process.exit(0);
  }

  async #run(job: WorkerJob, settings: WorkerSettings): Promise<void> {
    const records = this.#records;
    if (records === undefined) return;
    if (records.stopped) {
      records.refused(job.key);
      return;
    }
    records.started(job.key);
    const abort = new AbortController();
    const run = new PackRun(job.pack, {
      from: settings.projectDirectory,
      signal: abort.signal,
      logPath: job.logPath,
      capture: this.#capture,
      report: (progress) => records.progressed(job.key, progress),
    });
    this.#present = { key: job.key, run, abort };
    const before = process.cpuUsage();
    const exit = await this.#runIn(job, settings, run);
    this.#present = undefined;
    const { user, system } = process.cpuUsage(before);
    records.finished(job.key, { ...exit, usage: { cpuSeconds: (user + system) / 1e6 } });
  }

  async #runIn(job: WorkerJob, settings: WorkerSettings, run: PackRun): Promise<JobExit> {
    const { directory, environment, key, timeSeconds } = job;
    try {
      process.chdir(directory);
    } catch {
      return { outcome: 'user-error', message: `there is no working directory ${directory}` };
    }
    using _environment = setEnvironment({ ...environment, ORCHESTRATE_JOB: key });
    if (timeSeconds === undefined) return await run.run();
    this.#watchdog ??= new Watchdog(this.#entry);
    const graceMs = settings.graceSeconds * 1000;
    this.#watchdog.begin({ key, records: settings.records, graceMs, timeSeconds });
    const exit = await run.run();
    this.#watchdog.end();
    return exit;
  }

  /** The process is about to end; if a call is being made, it is to blame. */
  #crash(message: string): void {
    const present = this.#present;
    this.#present = undefined;
    if (present === undefined) return;
    const exit = present.run.endedBy(message);
    if (exit !== undefined) this.#records?.finished(present.key, exit);
  }
}

/** Tells the leader to look. When it is not there, or has not looked at earlier nudges yet, nothing is lost. */
function nudge(): void {
  try {
    writeSync(CHANNEL, '\n');
  } catch {
    // See above.
  }
}
