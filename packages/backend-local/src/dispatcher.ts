import type { JobExit, Logger } from '@orchestrate/core';
import { type Admission, covers } from './admission.ts';
import { after } from './deadline.ts';
import type { EnforcerEvents } from './enforcer.ts';
import { type Handover, type HandoverSettings, handoverOf } from './handover.ts';
import type { Keeper } from './keeper.ts';
import { chooseKeeper, moduleStamp } from './keeper-choice.ts';
import type { LocalJob } from './local-job.ts';
import { WaitingLine } from './waiting-line.ts';

/** What handing jobs over needs from the rest of the backend. */
export interface DispatcherEvents {
  /** Starts a keeper; `undefined` when the system has no process to give right now. */
  startKeeper(kind: Keeper['header']['kind']): Keeper | undefined;
  /** Reads what the keeper recorded. */
  read(keeper: Keeper): void;
  conclude: EnforcerEvents['conclude'];
  changed(job: LocalJob): void;
  /** The keeper has got one more. */
  handed(keeper: Keeper): void;
  /** The keeper certainly never starts these. */
  unstarted(keeper: Keeper, jobs: readonly LocalJob[]): void;
}

/** Jobs a keeper is given at once while jobs are so short that waiting for the next one would cost more than they do. */
const DEPTH = 4;
/** Mean time of a job below which keepers are given more than one, milliseconds. */
const SHORT_MS = 20;
/** A job that waits behind another one this long is taken back. */
const STUCK_MS = 100;
/** Jobs after which a keeper is replaced, so that its record file does not grow for ever. */
const SERVICE = 20_000;
const RETRY_MS = 1_000;

/** Decides which job starts when, and hands it to a keeper. */
export class Dispatcher {
  readonly #admission: Admission;
  readonly #handover: HandoverSettings;
  readonly #events: DispatcherEvents;
  readonly #log: Logger;
  readonly #waiting = new WaitingLine<LocalJob>();
  readonly keepers = new Set<Keeper>();
  readonly #meanMs = { commands: Number.POSITIVE_INFINITY, functions: Number.POSITIVE_INFINITY };
  #stuckTimer: Disposable | undefined;
  #retryTimer: Disposable | undefined;
  #closed = false;

  constructor(
    admission: Admission,
    handover: HandoverSettings,
    events: DispatcherEvents,
    log: Logger,
  ) {
    this.#admission = admission;
    this.#handover = handover;
    this.#events = events;
    this.#log = log;
  }

  add(job: LocalJob): void {
    this.#waiting.push(job);
  }

  /** Takes a job out of the line. Whether it was there. */
  withdraw(job: LocalJob): boolean {
    return this.#waiting.remove(job);
  }

  /** Counts jobs that an earlier leader's keeper runs. */
  adopt(keeper: Keeper): void {
    this.keepers.add(keeper);
    const running = keeper.jobs[0];
    if (running !== undefined) this.#hold(keeper, running);
  }

  /** Hands over as many jobs as there is room for. */
  pump(): void {
    if (this.#closed || this.#retryTimer !== undefined) return;
    while (this.#waiting.length > 0 && !this.#admission.full) {
      const job = this.#waiting.take((one) => this.#admission.fits(one.need));
      if (job === undefined) break;
      if (!this.#start(job)) return;
    }
    if (this.#waiting.length > 0) this.#fillAhead();
  }

  /** The keeper is done with a job, after `tookMs`. */
  done(keeper: Keeper, job: LocalJob, tookMs: number): void {
    keeper.release(job);
    const { kind } = keeper.header;
    const mean = this.#meanMs[kind];
    this.#meanMs[kind] = Number.isFinite(mean) ? mean * 0.8 + tookMs * 0.2 : tookMs;
    if (keeper.jobs.length === 0) this.#free(keeper);
  }

  /**
   * Sees to it that the keeper starts nothing after its present job. Jobs that waited behind that one come back to the
   * front of the line. When it is not certain which job is the present one, records will tell soon.
   */
  stop(keeper: Keeper): void {
    try {
      keeper.stop();
    } catch (error) {
      this.#log.warn({ error, keeper: keeper.id }, 'a keeper could not be told to stop');
      return;
    }
    if (!keeper.gone) this.#events.read(keeper);
    const [present, ...behind] = keeper.jobs;
    if (present?.state !== 'running') return;
    this.#events.unstarted(keeper, behind);
  }

  /** Jobs that a keeper certainly never starts: back into the line, or over when their end was asked for. */
  giveBack(keeper: Keeper, jobs: readonly LocalJob[]): void {
    const again: LocalJob[] = [];
    for (const job of jobs) {
      keeper.release(job);
      keeper.remembered -= 1;
      if (!keeper.gone) keeper.records.append({ kind: 'refused', key: job.key });
      job.keeper = undefined;
      job.state = 'waiting';
      if (job.forced === undefined) again.push(job);
      else this.#events.conclude(job, { outcome: job.forced, message: 'ended before it started' });
    }
    if (again.length > 0) this.#waiting.pushFront(again);
    if (keeper.jobs.length === 0) this.#free(keeper);
  }

  /** A keeper's process is no more. */
  remove(keeper: Keeper): void {
    this.keepers.delete(keeper);
    this.#free(keeper);
  }

  close(): void {
    this.#closed = true;
    this.#stuckTimer?.[Symbol.dispose]();
    this.#retryTimer?.[Symbol.dispose]();
  }

  #hold(keeper: Keeper, job: LocalJob): void {
    keeper.held = job.need;
    this.#admission.take(job.need);
  }

  #free(keeper: Keeper): void {
    if (keeper.held === undefined) return;
    this.#admission.give(keeper.held);
    keeper.held = undefined;
    if (keeper.served >= SERVICE) keeper.close();
  }

  #prepare(job: LocalJob): Handover {
    if (job.spec === undefined) return { exit: { outcome: 'lost', message: 'nothing to run' } };
    try {
      return handoverOf(job.spec, this.#handover);
    } catch (error) {
      return { exit: { outcome: 'quota', message: `could not be prepared: ${reasonOf(error)}` } };
    }
  }

  /** Whether to go on with the next one. */
  #start(job: LocalJob): boolean {
    const handover = this.#prepare(job);
    if ('exit' in handover) {
      this.#events.conclude(job, handover.exit);
      return true;
    }
    const keeper = this.#keeperFor(job);
    if (keeper === undefined) return false;
    const problem = this.#hand(keeper, job, handover.text);
    if (problem !== undefined) this.#events.conclude(job, problem);
    else this.#hold(keeper, job);
    return true;
  }

  #keeperFor(job: LocalJob): Keeper | undefined {
    const chosen = chooseKeeper(this.keepers, job);
    if (chosen !== undefined) return chosen;
    try {
      const keeper = this.#events.startKeeper(
        job.facts.kind === 'command' ? 'commands' : 'functions',
      );
      if (keeper !== undefined) {
        this.keepers.add(keeper);
        return keeper;
      }
      this.#retry(job, 'the system has no process to give');
    } catch (error) {
      this.#retry(job, reasonOf(error));
    }
    return undefined;
  }

  #retry(job: LocalJob, reason: string): void {
    job.reason = `waits for a process to run it: ${reason}`;
    this.#waiting.pushFront([job]);
    this.#events.changed(job);
    this.#log.warn({ reason }, 'no process could be started for a job; trying again');
    this.#retryTimer = after(RETRY_MS, () => {
      this.#retryTimer = undefined;
      this.pump();
    });
  }

  #hand(keeper: Keeper, job: LocalJob, text: string): JobExit | undefined {
    try {
      if (job.spec?.work.kind === 'functions') {
        keeper.loaded.set(job.spec.work.module, moduleStamp(job.spec.work.module));
      }
      keeper.hand(job, text);
      this.#events.handed(keeper);
      return undefined;
    } catch (error) {
      keeper.close();
      return { outcome: 'quota', message: `its start could not be recorded: ${reasonOf(error)}` };
    }
  }

  /** Gives busy keepers the next jobs ahead of time, as long as all of them are short. */
  #fillAhead(): void {
    for (const keeper of this.keepers) {
      const { kind } = keeper.header;
      if (keeper.closing || keeper.adopted || keeper.gone || this.#meanMs[kind] > SHORT_MS)
        continue;
      while (keeper.jobs.length > 0 && keeper.jobs.length < DEPTH) {
        if (!this.#handAhead(keeper)) break;
      }
    }
  }

  #handAhead(keeper: Keeper): boolean {
    const job = this.#waiting.first;
    const { held } = keeper;
    if (job === undefined || held === undefined || !covers(held, job.need)) return false;
    if (!mayFollow(keeper, job)) return false;
    const handover = this.#prepare(job);
    if ('exit' in handover) return false;
    this.#waiting.take(() => true);
    const problem = this.#hand(keeper, job, handover.text);
    if (problem !== undefined) this.#events.conclude(job, problem);
    this.#watchStuck();
    return problem === undefined;
  }

  #watchStuck(): void {
    this.#stuckTimer ??= after(STUCK_MS, () => {
      this.#stuckTimer = undefined;
      let ahead = false;
      for (const keeper of this.keepers) {
        if (keeper.adopted || keeper.jobs.length < 2) continue;
        ahead = true;
        const since = keeper.jobs[0]?.startedAt;
        if (since !== undefined && Date.now() - since > STUCK_MS && !keeper.closing) {
          this.stop(keeper);
        }
      }
      if (ahead) this.#watchStuck();
      this.pump();
    });
  }
}

/** Whether a job may wait behind those a keeper has: the same kind, none with a limit of time. */
function mayFollow(keeper: Keeper, job: LocalJob): boolean {
  const kind = job.facts.kind === 'command' ? 'commands' : 'functions';
  if (kind !== keeper.header.kind || job.facts.timeSeconds !== undefined) return false;
  if (keeper.jobs.some(({ facts }) => facts.timeSeconds !== undefined)) return false;
  if (job.spec?.work.kind !== 'functions') return true;
  const { module } = job.spec.work;
  return keeper.loaded.get(module) === moduleStamp(module);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}
