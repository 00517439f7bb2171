import type { Clock, JobExit, Logger } from '@orchestrate/core';
import type { AccountLine } from './accounting.ts';
import type { Cluster } from './cluster.ts';
import { exitOfAccount, exitOfEntry, forcedExit, isInterrupted } from './exits.ts';
import { allocationId, allocationOf, type Batch, type SlurmJob } from './job.ts';
import type { JobFiles } from './job-files.ts';
import type { JobTable } from './job-table.ts';
import type { Ledger } from './ledger.ts';
import { readResult } from './pack-result.ts';
import type { QueueLine } from './queue.ts';
import { QueueView } from './queue-view.ts';
import { hopelessReason } from './slurm-states.ts';
import type { EndEntry } from './status-listing.ts';

/** What observing is made of. */
export interface ObserverParts {
  readonly cluster: Cluster;
  readonly table: JobTable;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  readonly files: JobFiles;
  /** Seconds between two listings of status files, at least. */
  readonly pollSeconds: number;
  /** Seconds between two looks at the queue, at least. */
  readonly queueSeconds: number;
  /** Seconds that a submission or a status file may be late. */
  readonly settleSeconds: number;
  /** Is told how long a job took. */
  readonly noteTime: (job: SlurmJob, seconds: number) => void;
}

/** Longest time between two listings of status files, milliseconds. */
const LONGEST_LISTING_MS = 15_000;
/** A listing comes at most this part of the time since the last change after the one before. */
const LISTING_SHARE = 1 / 20;
/** Share of the time that may be spent with listing, which takes long where a file system is slow or busy. */
const LISTING_COST = 1 / 5;
const LONGEST_QUEUE_MS = 60_000;
/** Jobs for which the queue is asked one second less often. */
const JOBS_PER_SECOND = 100;
/** Milliseconds between two looks at the queue that something urgent asks for. */
const URGENT_QUEUE_MS = 2000;

/** Keeps what is known of the jobs up to date: status files at every look, the queue rarely, accounting when a job is missing. */
export class Observer {
  readonly #parts: ObserverParts;
  #looking: Promise<void> | undefined;
  #listedAt = Number.NEGATIVE_INFINITY;
  /** When a job was last seen to begin or to end. */
  #changedAt = Number.NEGATIVE_INFINITY;
  #listingTook = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  #urgent = false;
  /** Ends that were interrupted from outside: SLURM has to say why. */
  readonly #interrupted = new Map<SlurmJob, EndEntry>();

  constructor(parts: ObserverParts) {
    this.#parts = parts;
  }

  /** Something happened that the queue will tell more about, such as a cancellation. */
  hurry(): void {
    this.#urgent = true;
  }

  /** Brings everything up to date; calls at the same time share one look. */
  look(options: { readonly thorough?: boolean } = {}): Promise<void> {
    if (options.thorough === true) this.#urgent = true;
    const running = this.#looking;
    if (running !== undefined) {
      return options.thorough === true ? running.then(() => this.look()) : running;
    }
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { clock, table } = this.#parts;
    if (table.live().length === 0) return;
    const now = clock.monotonic();
    if (this.#urgent || now - this.#listedAt >= this.#listingMs(now)) await this.#list();
    if (table.live().length > 0 && this.#isQueueDue()) await this.#askQueue();
  }

  /** Milliseconds between two listings: few where nothing has changed for long, and where each takes long. */
  #listingMs(now: number): number {
    const { pollSeconds, table } = this.#parts;
    const submittedAt = Math.max(...table.live().map(({ record }) => record.submittedAt));
    const since = Math.min(now - this.#changedAt, this.#parts.clock.now() - submittedAt);
    const wanted = Math.max(this.#listingTook / LISTING_COST, since * LISTING_SHARE);
    return Math.max(pollSeconds * 1000, Math.min(LONGEST_LISTING_MS, wanted));
  }

  #isQueueDue(): boolean {
    const since = this.#parts.clock.monotonic() - this.#askedAt;
    if (this.#urgent || this.#interrupted.size > 0) return since >= URGENT_QUEUE_MS;
    const batches = this.#parts.table.live();
    const jobs = batches.reduce((sum, { live }) => sum + live, 0);
    const now = this.#parts.clock.now();
    const youngest = Math.min(...batches.map(({ record }) => now - record.submittedAt));
    // A queue that is long or old changes little from one look to the next, and is the dearer to list.
    const wanted = Math.max(
      this.#parts.queueSeconds * 1000,
      (jobs / JOBS_PER_SECOND) * 1000,
      youngest / 6,
    );
    return since >= Math.min(LONGEST_QUEUE_MS, wanted);
  }

  async #list(): Promise<void> {
    const { cluster, table, clock } = this.#parts;
    this.#listedAt = clock.monotonic();
    const live = table.live();
    const listings = await cluster.list(live.map(({ record }) => record.name));
    this.#listingTook = clock.monotonic() - this.#listedAt;
    const done: { job: SlurmJob; entry: EndEntry }[] = [];
    for (const { batch: name, claimed, ended } of listings) {
      const batch = table.batches.get(name);
      if (batch === undefined) continue;
      for (const index of claimed) this.#claimed(batch.jobs[index]);
      for (const entry of latest(ended)) {
        const job = batch.jobs[entry.index];
        if (job === undefined || job.state === 'ended') continue;
        const isForced = this.#parts.ledger.forced.has(job.key);
        // Also with code 0: it may have saved what it had, to be started again.
        if (isInterrupted(entry) && !isForced) {
          this.#interrupted.set(job, entry);
        } else done.push({ job, entry });
      }
    }
    if (done.length > 0) await this.#finish(done);
  }

  #claimed(job: SlurmJob | undefined): void {
    if (job === undefined || job.claimed) return;
    job.claimed = true;
    this.#changedAt = this.#parts.clock.monotonic();
    if (job.state === 'ended') return;
    job.state = 'running';
    job.startedAt = this.#parts.clock.now();
  }

  #ended(job: SlurmJob, entry: EndEntry, exit?: JobExit): void {
    job.claimed = true;
    job.startedAt = entry.startedAt;
    const { record } = job.batch;
    const forced = this.#parts.ledger.forced.get(job.key);
    this.#parts.noteTime(job, (entry.endedAt - entry.startedAt) / 1000);
    this.#end(
      job,
      exit ??
        exitOfEntry(entry, {
          ...(forced === undefined ? {} : { forced }),
          ...(record.timeSeconds === undefined ? {} : { timeSeconds: record.timeSeconds }),
        }),
    );
  }

  #end(job: SlurmJob, exit: JobExit): void {
    if (job.state === 'ended') return;
    this.#changedAt = this.#parts.clock.monotonic();
    job.state = 'ended';
    job.exit = exit;
    job.batch.live -= 1;
    this.#interrupted.delete(job);
  }

  /** Jobs that wrote their end: what they left comes home before anybody is told. */
  async #finish(
    done: readonly { readonly job: SlurmJob; readonly entry: EndEntry }[],
  ): Promise<void> {
    const { cluster, ledger } = this.#parts;
    const packs = done.filter(({ job }) => (job.batch.record.calls[job.index] ?? 0) > 0);
    const results =
      packs.length === 0
        ? NO_RESULTS
        : await cluster.results(
            packs.map(({ job }) => ({ batch: job.batch.record.name, index: job.index })),
          );
    await this.#bringHome(done.map(({ job }) => job));
    for (const { job, entry } of done) {
      const result = readResult(results.get(`${job.batch.record.name}/r/${job.index}.json`));
      if (result === undefined) {
        this.#ended(job, entry);
        continue;
      }
      job.progress = result.progress;
      const isForced = ledger.forced.has(job.key) || entry.signal !== undefined;
      this.#ended(job, entry, isForced ? undefined : { ...result.exit, endedAt: entry.endedAt });
    }
  }

  async #bringHome(jobs: readonly SlurmJob[]): Promise<void> {
    const files = jobs.flatMap(({ batch, index }) => batch.record.home?.[index] ?? []);
    if (files.length > 0) await this.#parts.files.fetch(files);
  }

  async #askQueue(): Promise<void> {
    const { cluster, clock, table, ledger } = this.#parts;
    const asked = table.live();
    this.#urgent = false;
    this.#askedAt = clock.monotonic();
    const lines = await cluster.queue();
    for (const batch of asked) this.#adopt(batch, lines);
    const view = new QueueView(lines);
    const hopeless: SlurmJob[] = [];
    const missing = asked.flatMap((batch) => this.#compare(batch, view, hopeless));
    await this.#giveUp(hopeless);
    if (missing.length === 0) return;
    // A job that left the queue has written its status file before; only what has none after that is missing.
    await this.#list();
    await this.#bringHome(
      missing.filter(({ key, state }) => state !== 'ended' && ledger.forced.has(key)),
    );
    for (const job of missing) {
      const forced = ledger.forced.get(job.key);
      // It was to be ended and is gone: nobody has to be asked why.
      if (forced !== undefined) this.#end(job, forcedExit(forced, job.batch.record.timeSeconds));
    }
    await this.#account(missing.filter((job) => job.state !== 'ended'));
  }

  /** A batch whose submission was in doubt is known to SLURM by its name. */
  #adopt(batch: Batch, lines: readonly QueueLine[]): void {
    if (batch.id !== undefined) return;
    const found = lines.find(({ name }) => name === batch.record.name);
    if (found === undefined) return;
    this.adopted(batch, found.id.job);
  }

  /** Notes the id of a batch that was in doubt. */
  adopted(batch: Batch, id: string): void {
    batch.id = id;
    this.#parts.ledger.submitted(batch.record.name, id);
    for (const job of batch.jobs) if (job.state === 'unknown') job.state = 'queued';
    this.#parts.log.info({ batch: batch.record.name, slurmJob: id }, 'submission found again');
  }

  /** Jobs of a batch that the queue does not have; adds those that will never start to the hopeless. */
  #compare(batch: Batch, view: QueueView<QueueLine>, hopeless: SlurmJob[]): SlurmJob[] {
    const { id, jobs } = batch;
    if (id === undefined) return [];
    const missing: SlurmJob[] = [];
    for (const job of jobs) {
      if (job.state === 'ended') continue;
      const line = ofBatch(batch, view.find(id, allocationOf(job)));
      if (line === undefined) {
        missing.push(job);
        continue;
      }
      delete job.missingSince;
      // Started again by SLURM: what its first start left says nothing any more.
      if (this.#interrupted.delete(job)) job.claimed = false;
      if (line.state === 'PENDING') {
        job.state = 'queued';
        job.reason = line.reason;
        if (hopelessReason(line.reason) !== undefined) hopeless.push(job);
      } else if (!job.claimed) job.reason = line.state.toLowerCase();
      else job.state = 'running';
    }
    return missing;
  }

  /** Ends jobs that SLURM will never start. */
  async #giveUp(hopeless: readonly SlurmJob[]): Promise<void> {
    if (hopeless.length === 0) return;
    const marks = hopeless.map(({ batch, index }) => ({ batch: batch.record.name, index }));
    const ids = new Set(hopeless.map(allocationId));
    await this.#parts.cluster.cancel(marks, [...ids], []);
    for (const job of hopeless) {
      const reason = job.reason ?? '';
      const { failure, why } = hopelessReason(reason) ?? { failure: 'lost', why: reason };
      this.#end(job, { outcome: failure, message: `it would wait for ever: ${why} (${reason})` });
    }
  }

  async #account(missing: readonly SlurmJob[]): Promise<void> {
    if (missing.length === 0) return;
    const { cluster, clock, ledger, settleSeconds } = this.#parts;
    const batches = new Set(missing.map(({ batch }) => batch));
    const oldest = Math.min(...[...batches].map(({ record }) => record.submittedAt));
    const ids = [...batches].flatMap(({ id }) => (id === undefined ? [] : [id]));
    const lines = new QueueView<AccountLine>(
      await cluster.account(ids, clock.now() - oldest + 3_600_000),
    );
    const now = clock.monotonic();
    const over: { job: SlurmJob; exit: JobExit }[] = [];
    for (const job of missing) {
      job.missingSince ??= now;
      const isLate = now - job.missingSince >= settleSeconds * 1000;
      const line = ofBatch(job.batch, lines.find(`${job.batch.id}`, allocationOf(job)));
      const forced = ledger.forced.get(job.key);
      const entry = this.#interrupted.get(job);
      const { timeSeconds, perAllocation } = job.batch.record;
      const exit =
        line === undefined
          ? undefined
          : exitOfAccount(line, {
              claimed: job.claimed,
              shared: perAllocation > 1,
              ...(entry === undefined ? {} : { entry }),
              ...(forced === undefined ? {} : { forced }),
              ...(timeSeconds === undefined ? {} : { timeSeconds }),
            });
      // That SLURM calls it a success needs the word of the job itself, which may still be on its way.
      if (exit !== undefined && (exit.outcome !== 'lost' || isLate)) over.push({ job, exit });
      else if (isLate) over.push({ job, exit: vanished(job, entry) });
      else this.#urgent = true;
    }
    await this.#bringHome(over.map(({ job }) => job));
    for (const { job, exit } of over) this.#end(job, exit);
  }
}

const NO_RESULTS: ReadonlyMap<string, string> = new Map();

/** A controller that forgot a job, because it died before it had written it down, gives its id to the next one. */
function ofBatch<Line extends { readonly name: string }>(
  { record }: Batch,
  line: Line | undefined,
): Line | undefined {
  return line?.name === record.name ? line : undefined;
}

/** The exit of a job of which neither the queue nor accounting knows anything, long after. */
function vanished(job: SlurmJob, entry: EndEntry | undefined): JobExit {
  if (entry !== undefined) {
    const message = `it was told to end by a signal (${entry.signal}) and SLURM no longer knows why`;
    return { outcome: 'preempted', message, endedAt: entry.endedAt };
  }
  if (job.claimed) {
    const message = 'it had started, its node wrote no end, and SLURM does not know it any more';
    return { outcome: 'node-failure', message };
  }
  return { outcome: 'lost', message: 'SLURM does not know it any more, and it never started' };
}

/** Of several entries of one job, the one of its last start. */
function latest(entries: readonly EndEntry[]): Iterable<EndEntry> {
  const last = new Map<number, EndEntry>();
  for (const entry of entries) {
    const known = last.get(entry.index);
    if (known === undefined || known.restart < entry.restart) last.set(entry.index, entry);
  }
  return last.values();
}
