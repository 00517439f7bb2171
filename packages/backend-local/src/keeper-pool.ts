import type { JobExit, JobKey, Logger } from '@orchestrate/core';
import type { Admission } from './admission.ts';
import { type Claim, type FoundKeeper, findKeepers, outranks } from './adoption.ts';
import { removeContainer } from './container-end.ts';
import { CpuAccount } from './cpu-account.ts';
import { after } from './deadline.ts';
import { Dispatcher } from './dispatcher.ts';
import { Enforcer } from './enforcer.ts';
import { type HandoverSettings, mayHaveScript, removeScript } from './handover.ts';
import { type JobEvents, tellRecord } from './job-events.ts';
import type { JobTable } from './job-table.ts';
import type { Keeper } from './keeper.ts';
import { type KeeperSettings, startCommandKeeper, startFunctionKeeper } from './keeper-start.ts';
import { LocalJob, usageOf } from './local-job.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { ForcedReason } from './records.ts';
import { isAlive, survivorsOf } from './survivors.ts';
import { crashOf } from './worker-crash.ts';

/** Milliseconds between two looks at keepers of earlier leaders and at jobs without a keeper. */
const LOOK_MS = 150;
/** Milliseconds until a start that no end has told of is looked for: most jobs are over before. */
const START_MS = 25;
/** Dead keepers whose jobs nobody asked about are forgotten after this long. */
const KEEP_MS = 30 * 24 * 3_600_000;

/** What the pool is made of. */
export interface PoolParts {
  readonly table: JobTable;
  readonly admission: Admission;
  readonly settings: KeeperSettings;
  readonly handover: HandoverSettings;
  readonly log: Logger;
}

/** The keepers of this machine, and the life of every job from the line to its end. */
export class KeeperPool implements JobEvents {
  readonly #parts: PoolParts;
  readonly #dispatcher: Dispatcher;
  readonly #enforcer: Enforcer;
  readonly #memory: MemoryWatch;
  readonly #cpu: CpuAccount;
  /** Every keeper whose record file has been opened, by id. */
  readonly #known = new Map<string, Keeper>();
  readonly #running = new Set<LocalJob>();
  #looking: Disposable | undefined;
  #awaiting: Disposable | undefined;
  /** Counts readings of records. */
  #readings = 0;
  #pumping = false;
  #detached = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    const { processes, graceSeconds } = parts.settings;
    const conclude = (job: LocalJob, exit: JobExit): void => this.#conclude(job, exit);
    const changed = (job: LocalJob): void => parts.table.changed(job);
    const read = (keeper: Keeper): void => this.#read(keeper);
    const isolate = (job: LocalJob): void => {
      if (job.keeper !== undefined) this.#dispatcher.stop(job.keeper);
    };
    this.#dispatcher = new Dispatcher(
      parts.admission,
      parts.handover,
      {
        startKeeper: (kind) => this.#startKeeper(kind),
        read,
        conclude,
        changed,
        handed: (keeper) => this.#expectStart(keeper),
        unstarted: (keeper, jobs) => this.#unstarted(keeper, jobs),
      },
      parts.log,
    );
    this.#enforcer = new Enforcer(processes, graceSeconds, { isolate, conclude }, parts.log);
    this.#cpu = new CpuAccount(processes);
    this.#memory = new MemoryWatch(processes, {
      running: () => this.#running,
      exceeded: (job) => this.#enforcer.force(job, 'out-of-memory'),
    });
  }

  /** Puts a job into the line; call {@link pump} afterwards. */
  add(job: LocalJob): void {
    this.#parts.table.add(job);
    this.#dispatcher.add(job);
  }

  pump(): void {
    this.#dispatcher.pump();
  }

  /** Asks a job to end. */
  cancel(job: LocalJob, reason: ForcedReason): void {
    if (job.state === 'waiting' && this.#dispatcher.withdraw(job)) {
      this.#conclude(job, { outcome: reason, message: `${reason} before it started` });
      return;
    }
    this.#enforcer.force(job, reason);
  }

  /** Takes over what earlier leaders left, as far as it is not known yet. */
  adopt(): void {
    const { settings, log } = this.#parts;
    const found = findKeepers(settings.directory, new Set(this.#known.keys()));
    for (const one of found) this.#known.set(one.keeper.id, one.keeper);
    const claims = new Map<JobKey, { claim: Claim; from: FoundKeeper }>();
    for (const from of found) {
      for (const claim of from.claims) {
        const other = claims.get(claim.key);
        if (other === undefined || outranks(claim, other.claim))
          claims.set(claim.key, { claim, from });
      }
    }
    const alive = new Map(
      found.map(({ keeper }) => [keeper, isAlive(keeper, settings.processes)] as const),
    );
    for (const { claim, from } of claims.values()) this.#adoptClaim(claim, from);
    for (const [keeper, living] of alive) {
      this.#dispatcher.adopt(keeper);
      if (living) continue;
      // What it wrote between the reading of its file and the look at its process counts as well.
      this.#gone(keeper, { code: null, signal: null });
      this.#retire(keeper);
    }
    if (found.length > 0)
      log.debug({ keepers: found.length }, 'adopted keepers of earlier leaders');
    this.#look();
  }

  /** Brings what is known of adopted jobs up to date. */
  refresh(): void {
    for (const keeper of this.#dispatcher.keepers) {
      if (keeper.isToStart) this.#read(keeper);
      if (!keeper.adopted || keeper.gone) continue;
      const living = isAlive(keeper, this.#parts.settings.processes);
      this.#read(keeper);
      if (!living) this.#gone(keeper, { code: null, signal: null });
    }
    for (const job of this.#running) {
      if (job.state === 'orphaned') this.#lookAfterOrphan(job);
    }
  }

  /**
   * Drops the traces of a job, as soon as it has ended: what became of all calls of a pack is told, and may be noted, before
   * the end of the pack itself.
   */
  forget(job: LocalJob): void {
    if (job.state !== 'ended') {
      job.isToForget = job.facts.kind === 'functions';
      return;
    }
    this.#parts.table.delete(job.key);
    const { keeper } = job;
    if (keeper === undefined) return;
    keeper.remembered -= 1;
    // A later leader, should this one be killed, has nobody who would forget the job again.
    if (!keeper.gone && !keeper.adopted) keeper.records.append({ kind: 'refused', key: job.key });
    this.#retire(keeper);
  }

  /** Lets go of everything; jobs and their keepers go on, save those whose end was asked for already. */
  async detach(): Promise<void> {
    this.#dispatcher.close();
    await this.#enforcer.settle();
    this.#enforcer.release();
    this.#memory.stop();
    this.#looking?.[Symbol.dispose]();
    this.#awaiting?.[Symbol.dispose]();
    for (const keeper of this.#known.values()) {
      if (keeper.jobs.some(({ isToForget }) => isToForget)) this.#read(keeper);
    }
    this.#detached = true;
    for (const keeper of this.#known.values()) {
      const done = keeper.jobs.length === 0 && keeper.remembered === 0 && !keeper.adopted;
      keeper.detach();
      if (done) keeper.removeFiles();
    }
  }

  started(job: LocalJob, at: number | undefined): void {
    const now = this.#parts.settings.now();
    job.state = 'running';
    job.startedAt = at ?? job.firstAt ?? now;
    this.#running.add(job);
    this.#parts.table.changed(job);
    this.#memory.begin(job);
    this.#cpu.started(job, this.#readings);
    this.#enforcer.begun(job, now - job.startedAt);
  }

  ended(job: LocalJob, exit: JobExit): void {
    job.mainExit = exit;
    job.cpuSeconds = this.#cpu.ended(job, this.#readings);
    if (this.#enforcer.ended(job)) return;
    const killed = exit.signal === 'SIGKILL' && this.#memory.kernelKilled(job);
    const message = 'ended by the kernel because memory ran out';
    const end: JobExit = killed ? { ...exit, outcome: 'out-of-memory', message } : exit;
    // The signal may have met the program that waits for the container, and the container goes on.
    const mayGoOn = exit.signal === undefined ? undefined : job.facts.container;
    removeContainer(mayGoOn, job.key, () => this.#conclude(job, end));
  }

  refused(job: LocalJob): void {
    const { keeper } = job;
    if (job.state !== 'handed' || keeper === undefined) return;
    this.#unstarted(keeper, [job]);
    this.#pumpSoon();
  }

  forced(job: LocalJob, reason: ForcedReason): void {
    this.#enforcer.adopt(job, reason);
  }

  progressed(job: LocalJob): void {
    job.activityAt = this.#parts.settings.now();
    this.#parts.table.changed(job);
  }

  /** The first of a keeper's jobs starts now, and nobody says so until it ends; only longer ones are looked after before. */
  #expectStart(keeper: Keeper): void {
    const [first] = keeper.jobs;
    if (first === undefined || !keeper.isToStart) return;
    first.firstAt ??= this.#parts.settings.now();
    this.#awaiting ??= after(START_MS, () => {
      this.#awaiting = undefined;
      for (const one of this.#dispatcher.keepers) {
        if (one.isToStart) this.#read(one);
        this.#expectStart(one);
      }
    });
  }

  #startKeeper(kind: Keeper['header']['kind']): Keeper | undefined {
    const start = kind === 'commands' ? startCommandKeeper : startFunctionKeeper;
    const keeper = start(this.#parts.settings, {
      nudged: (one) => this.#read(one),
      gone: (one, code, signal) => this.#gone(one, { code, signal }),
    });
    if (keeper !== undefined) this.#known.set(keeper.id, keeper);
    return keeper;
  }

  #read(keeper: Keeper): void {
    if (this.#detached) return;
    this.#readings += 1;
    for (const record of keeper.read()) tellRecord(record, keeper, this);
  }

  #conclude(job: LocalJob, exit: JobExit): void {
    if (!job.live || this.#detached) return;
    const { settings, table, handover } = this.#parts;
    const now = settings.now();
    job.state = 'ended';
    job.exit = { endedAt: now, ...usageOf(job), ...exit };
    this.#running.delete(job);
    if (mayHaveScript(job)) removeScript(handover.directory, job.key);
    table.changed(job);
    const { keeper } = job;
    if (keeper !== undefined) {
      this.#dispatcher.done(keeper, job, now - (job.startedAt ?? now));
      this.#expectStart(keeper);
      if (keeper.gone && keeper.jobs.length === 0) this.#dispatcher.remove(keeper);
    }
    if (job.isToForget) this.forget(job);
    this.#pumpSoon();
  }

  /** After the present turn, since a turn often ends several jobs. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#dispatcher.pump();
    });
  }

  /** Jobs their keeper certainly never starts: ours go back into the line, of others there is no trace any more. */
  #unstarted(keeper: Keeper, jobs: readonly LocalJob[]): void {
    const foreign = jobs.filter(({ spec }) => spec === undefined);
    for (const job of foreign) {
      keeper.release(job);
      keeper.remembered -= 1;
      if (job.forced === undefined) {
        job.state = 'ended';
        if (!keeper.gone) keeper.records.append({ kind: 'refused', key: job.key });
        this.#parts.table.vanished(job);
      } else this.#conclude(job, { outcome: job.forced, message: 'ended before it started' });
    }
    this.#dispatcher.giveBack(
      keeper,
      jobs.filter(({ spec }) => spec !== undefined),
    );
  }

  #gone(keeper: Keeper, how: { code: number | null; signal: string | null }): void {
    if (keeper.gone || this.#detached) return;
    keeper.gone = true;
    this.#read(keeper);
    const left = [...keeper.jobs];
    this.#unstarted(
      keeper,
      left.filter(({ state }) => state === 'handed'),
    );
    for (const job of left) {
      if (job.state === 'running' && job.forced === undefined) this.#bereave(job, keeper, how);
    }
    if (keeper.jobs.length === 0) this.#dispatcher.remove(keeper);
    this.#retire(keeper);
    this.#pumpSoon();
  }

  /** A running job has lost its keeper without having been ended by us. */
  #bereave(
    job: LocalJob,
    keeper: Keeper,
    how: { code: number | null; signal: string | null },
  ): void {
    if (job.facts.kind === 'functions') {
      // What its calls had started has nobody left to wait for it.
      keeper.signal('SIGKILL');
      this.ended(job, crashOf(job, keeper, how));
      return;
    }
    job.state = 'orphaned';
    job.reason = 'the process that watched over it was killed; it goes on';
    this.#lookAfterOrphan(job);
    this.#look();
  }

  #lookAfterOrphan(job: LocalJob): void {
    const { keeper } = job;
    if (keeper === undefined || job.forced !== undefined) return;
    if (survivorsOf(job.key, keeper, this.#parts.settings.processes).length > 0) return;
    this.#conclude(job, {
      outcome: 'lost',
      message: 'the process that watched over it was killed, so how it ended is not known',
    });
  }

  #look(): void {
    const needed =
      [...this.#dispatcher.keepers].some((keeper) => keeper.adopted && keeper.jobs.length > 0) ||
      [...this.#running].some(({ state }) => state === 'orphaned');
    if (!needed || this.#looking !== undefined) return;
    this.#looking = after(LOOK_MS, () => {
      this.#looking = undefined;
      this.refresh();
      this.#look();
    });
  }

  #adoptClaim(claim: Claim, from: FoundKeeper): void {
    const { table, settings } = this.#parts;
    if (table.get(claim.key) !== undefined || claim.state === 'refused') return;
    const { keeper } = from;
    const job = new LocalJob(claim.key, claim.facts);
    for (const progress of claim.progress) job.progress?.add(progress);
    job.progress?.takeFresh();
    table.add(job);
    if (claim.isForgotten) {
      job.state = 'ended';
      job.exit = claim.exit;
      return;
    }
    job.keeper = keeper;
    keeper.remembered += 1;
    const dirty =
      claim.forced !== undefined && survivorsOf(claim.key, keeper, settings.processes).length > 0;
    if (claim.state === 'ended' && !dirty) {
      job.state = 'ended';
      job.exit = claim.exit;
      return;
    }
    keeper.jobs.push(job);
    job.state = 'handed';
    if (claim.state === 'queued') return;
    job.state = 'running';
    job.startedAt = claim.startedAt ?? from.modifiedAt;
    job.mainExit = claim.exit;
    this.#running.add(job);
    this.#memory.begin(job);
    if (claim.forced !== undefined) this.#enforcer.adopt(job, claim.forced);
    else this.#enforcer.begun(job, settings.now() - job.startedAt);
  }

  /** Removes the files of a keeper that is gone, once nobody needs them. */
  #retire(keeper: Keeper): void {
    if (keeper.adopted && keeper.jobs.length === 0 && keeper.remembered <= 0) {
      keeper.gone ||= !isAlive(keeper, this.#parts.settings.processes);
    }
    const tooOld = this.#parts.settings.now() - keeper.header.createdAt > KEEP_MS;
    if (!keeper.gone || keeper.jobs.length > 0 || (keeper.remembered > 0 && !tooOld)) return;
    keeper.removeFiles();
  }
}
