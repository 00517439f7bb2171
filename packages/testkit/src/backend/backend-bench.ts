import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  type BackendTraits,
  type ComputeBackend,
  type FunctionCall,
  type FunctionPack,
  type JobKey,
  type JobSpec,
  type JobStatus,
  jobKey,
  runIdFrom,
  type SubmitOutcome,
} from '@orchestrate/core';
import type { ContractCase } from '../contract-case.ts';
import { type Act, posixAct, type RenderAct } from './act.ts';
import type { PackAct } from './pack-functions.ts';

/**
 * Makes the backend under test. `place` is the absolute path of an empty folder that belongs to one test: the same place
 * means the same jobs, so a second call for it is a new leader; another place means other jobs.
 */
export type OpenBackend = (place: string) => ComputeBackend | Promise<ComputeBackend>;

/** What the suite has to know about a backend beside its traits. */
export interface BackendSuiteOptions {
  /** How acts become work. Default: programs of a POSIX system. */
  readonly render?: RenderAct;
  /** An image in which acts can run. Needed iff the trait `containers` is claimed. */
  readonly image?: string;
  /** Lets time pass for jobs. Default: waits; a backend under a manual clock advances it. */
  readonly pass?: (seconds: number) => Promise<void>;
  /** How long any one thing may take, seconds. Default 20. */
  readonly patienceSeconds?: number;
  /** Limit in the case that proves `enforcesMemory`, and what the job then takes, bytes. Default 64 MiB and 256 MiB. */
  readonly memory?: { readonly limitBytes: number; readonly takenBytes: number };
  /** How a leader dies without a word. Default: it is disposed. */
  readonly abandon?: (backend: ComputeBackend) => Promise<void>;
}

/** What a backend case works with. Everything opened is disposed and every file removed when it ends. */
export interface BackendBench extends AsyncDisposable {
  readonly traits: BackendTraits;
  readonly options: BackendSuiteOptions;
  /** A folder that jobs see too where files are shared. */
  readonly folder: string;
  /** A leader over the jobs of this test; a second one once the first is abandoned. */
  open(): Promise<ComputeBackend>;
  /** Lets the leader die. */
  abandon(backend: ComputeBackend): Promise<void>;
  /** A key never used before. */
  key(): JobKey;
  /** A path in the shared folder. */
  path(name: string): string;
  /** A job that does something. */
  job(act: Act, more?: Partial<JobSpec>): JobSpec;
  /** A job that makes calls. */
  pack(
    calls: readonly (PackAct | { readonly call: FunctionCall })[],
    more?: { readonly ordered?: boolean },
  ): JobSpec;
  /** Asks until there is an answer other than `undefined`; fails when patience ends. */
  until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T>;
  /** Lets so much time pass. */
  pass(seconds: number): Promise<void>;
  /** Submits and fails unless every job is accepted. */
  accept(backend: ComputeBackend, jobs: readonly JobSpec[]): Promise<void>;
  /** The statuses of jobs once all have ended. */
  ended(backend: ComputeBackend, jobs: readonly JobSpec[]): Promise<readonly JobStatus[]>;
  /** Waits until a job is in a state. */
  reaches(backend: ComputeBackend, job: JobSpec, state: JobStatus['state']): Promise<JobStatus>;
  /** Lines of a file of the shared folder; none when there is no such file. */
  lines(path: string): Promise<readonly string[]>;
}

/** One promise of the backend contract. */
export type BackendCase = ContractCase<BackendTraits, BackendBench>;

const POLL_SECONDS = 0.01;
const PACK_MODULE = new URL(
  `./pack-functions${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
).pathname;

function callOf(one: PackAct | { readonly call: FunctionCall }): FunctionCall {
  return 'call' in one ? one.call : { args: { ...one } };
}

function refused(outcomes: readonly SubmitOutcome[]): string {
  return outcomes
    .filter(({ outcome }) => outcome !== 'accepted')
    .map(({ key, outcome, reason }) => `${key} ${outcome}: ${reason}`)
    .join('\n');
}

class Bench implements BackendBench {
  readonly traits: BackendTraits;
  readonly options: BackendSuiteOptions;
  readonly folder: string;
  readonly #home: string;
  readonly #open: OpenBackend;
  readonly #opened = new Set<ComputeBackend>();
  readonly #run = runIdFrom(randomBytes(8));
  #jobs = 0;

  constructor(
    home: string,
    open: OpenBackend,
    traits: BackendTraits,
    options: BackendSuiteOptions,
  ) {
    this.#home = home;
    this.#open = open;
    this.traits = traits;
    this.options = options;
    this.folder = join(home, 'files');
  }

  async open(): Promise<ComputeBackend> {
    const backend = await this.#open(join(this.#home, 'place'));
    this.#opened.add(backend);
    return backend;
  }

  async abandon(backend: ComputeBackend): Promise<void> {
    this.#opened.delete(backend);
    await (this.options.abandon ?? ((leader) => leader[Symbol.asyncDispose]()))(backend);
  }

  key(): JobKey {
    this.#jobs += 1;
    return jobKey(this.#run, this.#jobs);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  job(act: Act, more: Partial<JobSpec> = {}): JobSpec {
    const key = this.key();
    return {
      key,
      name: `${act.do} of the contract`,
      work: (this.options.render ?? posixAct)(act),
      directory: this.folder,
      environment: {},
      resources: {},
      logPath: join(this.#home, 'logs', `${key}.log`),
      ...more,
    };
  }

  pack(
    calls: readonly (PackAct | { readonly call: FunctionCall })[],
    more: { readonly ordered?: boolean } = {},
  ): JobSpec {
    const work: FunctionPack = {
      kind: 'functions',
      module: PACK_MODULE,
      export: 'act',
      ordered: more.ordered ?? false,
      calls: calls.map(callOf),
    };
    return { ...this.job({ do: 'succeed' }), name: 'a pack of the contract', work };
  }

  async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const patience = this.options.patienceSeconds ?? 20;
    const started = performance.now();
    for (let waited = 0; ; waited += POLL_SECONDS) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      // A manual clock passes seconds in no time, and a busy machine passes fewer than it was asked for.
      if (waited > patience || performance.now() - started > patience * 2000)
        throw new Error(`Waited ${patience} s for this in vain: ${what}`);
      await this.pass(POLL_SECONDS);
    }
  }

  async pass(seconds: number): Promise<void> {
    await (this.options.pass ?? ((time) => setTimeout(time * 1000)))(seconds);
  }

  async accept(backend: ComputeBackend, jobs: readonly JobSpec[]): Promise<void> {
    const trouble = refused(await backend.submit(jobs));
    if (trouble !== '') throw new Error(`Every job should have been accepted:\n${trouble}`);
  }

  async ended(backend: ComputeBackend, jobs: readonly JobSpec[]): Promise<readonly JobStatus[]> {
    const keys = jobs.map(({ key }) => key);
    const what = keys.length === 1 ? `${keys[0]} to end` : `${keys.length} jobs to end`;
    return this.until(what, async () => {
      const statuses = await backend.observe(keys);
      return statuses.every(({ state }) => state === 'ended') ? statuses : undefined;
    });
  }

  async reaches(
    backend: ComputeBackend,
    job: JobSpec,
    state: JobStatus['state'],
  ): Promise<JobStatus> {
    return this.until(`${job.name} to be ${state}`, async () => {
      const [status] = await backend.observe([job.key]);
      return status?.state === state ? status : undefined;
    });
  }

  async lines(path: string): Promise<readonly string[]> {
    const text = await readFile(path, 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const backend of this.#opened) {
      const keys = Array.from({ length: this.#jobs }, (_, n) => jobKey(this.#run, n + 1));
      await backend.cancel(keys);
      await backend[Symbol.asyncDispose]();
    }
    await rm(this.#home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** Makes a bench with no jobs. */
export async function backendBench(
  open: OpenBackend,
  traits: BackendTraits,
  options: BackendSuiteOptions = {},
): Promise<BackendBench> {
  const home = await mkdtemp(join(tmpdir(), 'backend-contract-'));
  for (const name of ['place', 'files', 'logs']) await mkdir(join(home, name));
  return new Bench(home, open, traits, options);
}
