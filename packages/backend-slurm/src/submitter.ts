import {
  type FailureClass,
  isFlowError,
  type JobKey,
  type JobSpec,
  type SubmitOutcome,
} from '@orchestrate/core';
import { halves, type PlannedBatch, planBatches, type ReadJob } from './batch-plan.ts';
import { BatchWriter, type BatchWriterParts } from './batch-writer.ts';
import type { Batch, SlurmJob } from './job.ts';
import type { JobTable } from './job-table.ts';
import { type LearnedTimes, likeness } from './learned.ts';
import type { Ledger } from './ledger.ts';
import { readJob } from './read-job.ts';
import type { SubmitAnswer } from './submit-answer.ts';

/** What submitting is made of. */
export interface SubmitterParts extends BatchWriterParts {
  readonly table: JobTable;
  readonly ledger: Ledger;
  /** Waits so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly learned: LearnedTimes;
  /** What the cluster allows. */
  readonly limits: () => Promise<ClusterLimits>;
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
  readonly #writer: BatchWriter;
  /** Submissions under way or done in this leader, by key. */
  readonly #outcomes = new Map<string, Promise<BatchOutcome>>();
  readonly #waiting: WaitingCall[] = [];
  #isFlowing = false;
  #submittedAt = Number.NEGATIVE_INFINITY;
  readonly likeness = new Map<SlurmJob, string>();

  constructor(parts: SubmitterParts) {
    this.#parts = parts;
    this.#writer = new BatchWriter(parts);
  }

  async submit(jobs: readonly JobSpec[], signal?: AbortSignal): Promise<SubmitOutcome[]> {
    const outcomes = new Map<JobKey, Promise<SubmitOutcome>>();
    const fresh: ReadJob[] = [];
    const seen = new Set<JobKey>();
    for (const spec of jobs) {
      if (seen.has(spec.key)) continue;
      seen.add(spec.key);
      const known = this.#known(spec);
      if (known !== undefined) {
        outcomes.set(spec.key, known);
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
      if (this.#isFlowing) return;
      this.#isFlowing = true;
      void this.#submitWaiting().finally(() => {
        this.#isFlowing = false;
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
    const record = this.#writer.record(batch);
    const { name } = record;
    let added: Batch | undefined;
    try {
      signal?.throwIfAborted();
      await files.send(
        batch.jobs.map(({ spec }) => spec),
        signal,
      );
      await cluster.write(name, await this.#writer.filesOf(batch, record), signal);
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

/** Every attempt has a log of its own; the folders above it may have been moved. */
function nameOf(path: string): string {
  return path.split('/').slice(-2).join('/');
}
