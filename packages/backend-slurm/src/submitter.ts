import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type Clock,
  type FailureClass,
  isFlowError,
  type JobKey,
  type JobSpec,
  type SubmitOutcome,
} from '@orchestrate/core';
import { halves, type PlannedBatch, planBatches, type ReadJob } from './batch-plan.ts';
import { batchScript } from './batch-script.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterFile } from './cluster-files.ts';
import { type SlurmConfig, SlurmJobOptions } from './config.ts';
import type { Batch, SlurmJob } from './job.ts';
import type { JobFiles } from './job-files.ts';
import { jobProblem, jobScript, packText, type RunnerPlace } from './job-script.ts';
import type { JobTable } from './job-table.ts';
import { BATCH_FOLDERS, batchLayout } from './layout.ts';
import { type LearnedTimes, likeness } from './learned.ts';
import type { BatchRecord, Ledger } from './ledger.ts';
import { directivesFor } from './script-directives.ts';
import type { SubmitAnswer } from './submit-answer.ts';

/** What submitting is made of. */
export interface SubmitterParts {
  readonly cluster: Cluster;
  readonly table: JobTable;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Waits so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly config: SlurmConfig;
  readonly projectDirectory: string;
  /** How packs of function calls are run there; asked when there is one. */
  readonly runner: () => Promise<RunnerPlace>;
  readonly learned: LearnedTimes;
  /** What the cluster allows. */
  readonly limits: () => Promise<ClusterLimits>;
  readonly files: JobFiles;
}

/** What a cluster allows. */
export interface ClusterLimits {
  /** Most tasks of one array. */
  readonly maxArraySize: number;
  /** Jobs of one core that may run at once, as far as known. */
  readonly width: number;
}

/** Jobs of one call that wait to be submitted. */
interface WaitingCall {
  readonly fresh: readonly ReadJob[];
  readonly signal: AbortSignal | undefined;
  readonly resolve: (found: Map<string, BatchOutcome>) => void;
  readonly reject: (reason: unknown) => void;
}

/** What became of the jobs of one batch. */
type BatchOutcome = Pick<SubmitOutcome, 'outcome' | 'reason' | 'failure'> & {
  readonly tooMany?: true;
};

/** Turns jobs into batches and submits them. */
export class Submitter {
  readonly #parts: SubmitterParts;
  /** Submissions under way or done in this leader, by key. */
  readonly #outcomes = new Map<string, Promise<BatchOutcome>>();
  readonly #waiting: WaitingCall[] = [];
  #flow: Promise<void> | undefined;
  #submittedAt = Number.NEGATIVE_INFINITY;
  readonly likeness = new Map<SlurmJob, string>();

  constructor(parts: SubmitterParts) {
    this.#parts = parts;
  }

  async submit(jobs: readonly JobSpec[], signal?: AbortSignal): Promise<SubmitOutcome[]> {
    const outcomes = new Map<JobKey, Promise<SubmitOutcome>>();
    const fresh: ReadJob[] = [];
    const repeated: JobKey[] = [];
    for (const spec of jobs) {
      if (outcomes.has(spec.key) || fresh.some((job) => job.spec.key === spec.key)) continue;
      const known = this.#known(spec);
      if (known !== undefined) {
        outcomes.set(spec.key, known);
        repeated.push(spec.key);
        continue;
      }
      const read = readJob(spec);
      if (typeof read === 'string') {
        const refusal: SubmitOutcome = { key: spec.key, outcome: 'rejected', reason: read };
        outcomes.set(spec.key, Promise.resolve(refusal));
      } else fresh.push(read);
    }
    // Known as of now, so that a second call at the same time submits nothing twice.
    let settle: (value: Promise<Map<string, BatchOutcome>>) => void = () => {};
    const all = new Promise<Map<string, BatchOutcome>>((resolve) => {
      settle = resolve;
    });
    for (const { spec } of fresh) {
      const outcome = all.then((map) => map.get(spec.key) ?? NOT_TAKEN);
      this.#outcomes.set(spec.key, outcome);
      outcomes.set(
        spec.key,
        outcome.then((one) => ({ key: spec.key, ...one })),
      );
    }
    settle(this.#enqueue(fresh, signal));
    return Promise.all(
      jobs.map(async ({ key }) => (await outcomes.get(key)) ?? { key, ...NOT_TAKEN }),
    );
  }

  #known(spec: JobSpec): Promise<SubmitOutcome> | undefined {
    const { key } = spec;
    const job = this.#parts.table.get(key);
    const underWay = this.#outcomes.get(key);
    if (job === undefined) return underWay?.then((one) => ({ key, ...one }));
    const log = job.batch.record.logs[job.index] ?? '';
    if (nameOf(log) !== nameOf(spec.logPath)) {
      const reason = `another job has the key ${key}`;
      return Promise.resolve({ key, outcome: 'rejected', failure: 'lost' as FailureClass, reason });
    }
    if (underWay !== undefined) {
      return underWay.then((one) =>
        one.outcome === 'accepted' ? { key, outcome: 'accepted', known: true } : { key, ...one },
      );
    }
    if (job.batch.id === undefined) {
      const reason = 'an earlier submission of it was never answered';
      return Promise.resolve({ key, outcome: 'doubtful', reason });
    }
    return Promise.resolve({ key, outcome: 'accepted', known: true });
  }

  /** Submits what comes while a submission is under way, or shortly after one, together: each costs SLURM the same. */
  #enqueue(
    fresh: readonly ReadJob[],
    signal: AbortSignal | undefined,
  ): Promise<Map<string, BatchOutcome>> {
    if (fresh.length === 0) return Promise.resolve(new Map());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ fresh, signal, resolve, reject });
      this.#flow ??= this.#submitWaiting().finally(() => {
        this.#flow = undefined;
      });
    });
  }

  async #submitWaiting(): Promise<void> {
    const { clock, pause } = this.#parts;
    while (this.#waiting.length > 0) {
      const early = this.#submittedAt + TOGETHER_MS - clock.monotonic();
      if (early > 0) await pause(early);
      const calls = this.#waiting.splice(0);
      const going = calls.filter(({ signal }) => signal?.aborted !== true);
      for (const { signal, reject, fresh } of calls) {
        if (signal?.aborted !== true) continue;
        for (const { spec } of fresh) this.#outcomes.delete(spec.key);
        reject(signal.reason);
      }
      const [only] = going;
      const signal = going.length === 1 ? only?.signal : undefined;
      try {
        const found = await this.#submitFresh(
          going.flatMap(({ fresh }) => fresh),
          signal,
        );
        for (const { resolve } of going) resolve(found);
      } catch (error) {
        for (const { reject } of going) reject(error);
      }
      this.#submittedAt = clock.monotonic();
    }
  }

  async #submitFresh(
    fresh: readonly ReadJob[],
    signal: AbortSignal | undefined,
  ): Promise<Map<string, BatchOutcome>> {
    const found = new Map<string, BatchOutcome>();
    if (fresh.length === 0) return found;
    const { config, learned } = this.#parts;
    let batches: readonly PlannedBatch[];
    try {
      const limits = await this.#parts.limits();
      batches = planBatches(fresh, {
        config,
        maxArraySize: Math.min(limits.maxArraySize, config.maxArraySize ?? limits.maxArraySize),
        width: limits.width,
        learned: (job) => learned.of(job),
      });
    } catch (error) {
      for (const { spec } of fresh) found.set(spec.key, this.#dropped(spec.key, error));
      return found;
    }
    await this.#submitEach(batches, signal, (batch, outcome) => {
      for (const { spec } of batch.jobs) found.set(spec.key, outcome);
      if (outcome.outcome === 'accepted' || outcome.outcome === 'doubtful') return;
      for (const { spec } of batch.jobs) this.#outcomes.delete(spec.key);
    });
    return found;
  }

  /** Submits one batch after another. Where SLURM has no room for a whole one, as much of it as there is room for. */
  async #submitEach(
    batches: readonly PlannedBatch[],
    signal: AbortSignal | undefined,
    note: (batch: PlannedBatch, outcome: BatchOutcome) => void,
  ): Promise<void> {
    const { clock } = this.#parts;
    const left = [...batches];
    // Parts of one batch share their options.
    const full = new Map<PlannedBatch['options'], BatchOutcome>();
    let stop: BatchOutcome | undefined;
    for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
      const since = clock.monotonic();
      const known = stop ?? full.get(batch.options);
      const outcome = known ?? (await this.#submitBatch(batch, signal));
      const parts = known === undefined && outcome.tooMany === true ? halves(batch) : [];
      left.unshift(...parts);
      if (parts.length > 0) continue;
      note(batch, outcome);
      if (known !== undefined || outcome.outcome === 'accepted') continue;
      if (outcome.tooMany === true) full.set(batch.options, outcome);
      // A controller that does not answer one does not answer the next, and each try takes long.
      else if (clock.monotonic() - since >= SLOW_ANSWER_MS && outcome.outcome !== 'rejected') {
        stop = { outcome: 'busy', reason: outcome.reason ?? '' };
      }
    }
  }

  #dropped(key: string, error: unknown): BatchOutcome {
    this.#outcomes.delete(key);
    return { outcome: 'busy', reason: error instanceof Error ? error.message : String(error) };
  }

  async #submitBatch(batch: PlannedBatch, signal: AbortSignal | undefined): Promise<BatchOutcome> {
    const { cluster, table, ledger, files } = this.#parts;
    const record = this.#record(batch);
    const { name } = record;
    let added: Batch | undefined;
    try {
      signal?.throwIfAborted();
      await files.send(
        batch.jobs.map(({ spec }) => spec),
        signal,
      );
      await cluster.write(name, await this.#files(batch, record), signal);
      // From here on the batch may be in SLURM whatever happens to this leader.
      ledger.begin(record);
      added = table.add(record);
      for (const [index, job] of added.jobs.entries()) {
        const spec = batch.jobs[index]?.spec;
        if (spec !== undefined) this.likeness.set(job, likeness(spec));
      }
    } catch (error) {
      if (signal?.aborted === true) throw error;
      if (added !== undefined) this.#withdraw(added);
      return refusal(error);
    }
    const answer = await cluster.submit(name);
    return this.#answered(added, answer);
  }

  #answered(batch: Batch, answer: SubmitAnswer): BatchOutcome {
    const { ledger } = this.#parts;
    if (answer.outcome === 'accepted') {
      batch.id = answer.id;
      for (const job of batch.jobs) if (job.state === 'unknown') job.state = 'queued';
      ledger.submitted(batch.record.name, answer.id);
      return { outcome: 'accepted' };
    }
    if (answer.outcome !== 'doubtful') this.#withdraw(batch);
    return answer;
  }

  /** Takes back what was certainly not submitted. */
  #withdraw(batch: Batch): void {
    const { table, ledger } = this.#parts;
    table.remove(batch);
    ledger.remove(batch.record.name);
    for (const job of batch.jobs) this.likeness.delete(job);
  }

  /** A batch was proved not to exist: its keys may be submitted again. */
  forget(batch: Batch): void {
    this.#withdraw(batch);
    for (const { key } of batch.jobs) this.#outcomes.delete(key);
  }

  /** A key is of no use any more. */
  drop(job: SlurmJob): void {
    this.#outcomes.delete(job.key);
    this.likeness.delete(job);
  }

  #record({ jobs, perAllocation, timeSeconds }: PlannedBatch): BatchRecord {
    const { files } = this.#parts;
    const specs = jobs.map(({ spec }) => spec);
    return {
      name: specs[0]?.key ?? '',
      keys: specs.map(({ key }) => key),
      logs: specs.map(({ logPath }) => logPath),
      calls: specs.map(({ work }) => (work.kind === 'functions' ? work.calls.length : 0)),
      ...(files.isApart ? { home: specs.flatMap((spec) => files.homeFiles(spec) ?? []) } : {}),
      perAllocation,
      ...(timeSeconds === undefined ? {} : { timeSeconds }),
      submittedAt: this.#parts.clock.now(),
    };
  }

  async #files(batch: PlannedBatch, { name, submittedAt }: BatchRecord): Promise<ClusterFile[]> {
    const { cluster, config, projectDirectory, files: place } = this.#parts;
    const isPack = batch.jobs.some(({ spec }) => spec.work.kind === 'functions');
    const runner = isPack ? await this.#parts.runner() : NO_RUNNER;
    const { root } = batchLayout(cluster.workdir, name);
    const stamp = String(submittedAt);
    const { jobs, perAllocation, lanes, timeSeconds, options, setup, directives } = batch;
    const first = jobs[0]?.spec.name ?? name;
    const script = batchScript({
      name,
      root,
      stamp,
      jobs: jobs.length,
      perAllocation,
      lanes,
      ...(timeSeconds === undefined ? {} : { timeSeconds }),
      graceSeconds: config.graceSeconds,
      options,
      ...(directives === undefined ? {} : { directives }),
      ...(setup === undefined ? {} : { setup }),
      title: jobs.length === 1 ? first : `${first} and ${jobs.length - 1} more`,
    });
    const files: ClusterFile[] = BATCH_FOLDERS.map((folder) => ({ name: folder }));
    files.push({ name: 'stamp', text: `${stamp}\n` });
    files.push({ name: 'batch.sh', text: script });
    files.push({ name: 'keys', text: jobs.map(({ spec }) => `${spec.key}\n`).join('') });
    for (const [index, { spec }] of jobs.entries()) {
      const { text, extra } = jobScript(
        spec,
        {
          directory: place.pathOf(spec.directory),
          log: place.pathOf(spec.logPath),
          pack: `${root}/packs/${index}.json`,
          result: `${root}/r/${index}.json`,
          script: `${root}/packs/${index}.sh`,
          project: place.pathOf(projectDirectory),
          folders: place.isApart ? foldersOf(spec, place) : [],
          textOf: (one) => place.textOf(one, spec),
        },
        runner,
      );
      files.push({ name: `jobs/${index}.sh`, text });
      if (extra !== undefined) files.push({ name: `packs/${index}.sh`, text: extra });
      if (spec.work.kind === 'functions') {
        files.push({ name: `packs/${index}.json`, text: place.textOf(packText(spec.work), spec) });
      }
    }
    return files;
  }
}

const NO_RUNNER: RunnerPlace = { node: 'node', args: [] };

/** Folders a job needs that are not there because nothing was in them. */
function foldersOf({ directory, logPath, writes = [], work }: JobSpec, files: JobFiles): string[] {
  const calls = work.kind === 'functions' ? work.calls : [];
  const logs = calls.flatMap((call) => (call.logPath === undefined ? [] : [call.logPath]));
  const parents = [logPath, ...logs, ...writes].map((path) => dirname(files.pathOf(path)));
  const whole = writes.filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory());
  return [
    ...new Set([files.pathOf(directory), ...parents, ...whole.map((path) => files.pathOf(path))]),
  ];
}

/** Milliseconds after a submission in which what comes waits for the next one. */
const TOGETHER_MS = 400;
/** Milliseconds from which on an answer of `sbatch` is that of a controller in trouble. */
const SLOW_ANSWER_MS = 5000;

const NOT_TAKEN: BatchOutcome = { outcome: 'busy', reason: 'it was not submitted' };

function refusal(error: unknown): BatchOutcome {
  const reason = error instanceof Error ? error.message : String(error);
  const isFinal = isFlowError(error) && error.retry === 'never';
  return isFinal ? { outcome: 'rejected', reason } : { outcome: 'busy', reason };
}

function readJob(spec: JobSpec): ReadJob | string {
  const problem = jobProblem(spec);
  if (problem !== undefined) return problem;
  const read = SlurmJobOptions.safeParse(spec.backendOptions ?? {});
  if (read.success) {
    const directives = directivesFor(spec);
    return { spec, options: read.data, ...(directives.length === 0 ? {} : { directives }) };
  }
  const [issue] = read.error.issues;
  return `option ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`;
}

/** Every attempt has a log of its own; the folders above it may have been moved. */
function nameOf(path: string): string {
  return path.split('/').slice(-2).join('/');
}
