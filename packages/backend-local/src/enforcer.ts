import { setTimeout as wait } from 'node:timers/promises';
import type { JobExit, Logger } from '@orchestrate/core';
import { removeContainer, signalContainer } from './container-end.ts';
import { after } from './deadline.ts';
import { exitOfForce } from './exit-class.ts';
import type { LocalJob } from './local-job.ts';
import type { ProcessTable } from './process-table.ts';
import type { ForcedReason } from './records.ts';
import { isAlive, survivorsOf } from './survivors.ts';

/** What ending jobs needs from the rest of the backend. */
export interface EnforcerEvents {
  /** Makes sure that the job's keeper starts nothing after it; reads what it recorded so far. */
  isolate(job: LocalJob): void;
  /** The job is over for good, nothing of it is left. */
  conclude(job: LocalJob, exit: JobExit): void;
}

/** Milliseconds between two looks at a job that is being ended; grows. */
const FIRST_LOOK_MS = 15;
const LONGEST_LOOK_MS = 500;
/** How long a killed process may take to go. */
const SETTLE_MS = 1_000;

/** Ends jobs by force: politely first, then for certain; with all they started. Also keeps their time. */
export class Enforcer {
  readonly #processes: ProcessTable;
  readonly #graceMs: number;
  readonly #events: EnforcerEvents;
  readonly #log: Logger;
  readonly #deadlines = new Map<LocalJob, Disposable>();
  readonly #ending = new Set<LocalJob>();

  constructor(processes: ProcessTable, graceSeconds: number, events: EnforcerEvents, log: Logger) {
    this.#processes = processes;
    this.#graceMs = graceSeconds * 1000;
    this.#events = events;
    this.#log = log;
  }

  /** Starts the clock of a job that began `elapsedMs` ago, or ends it when its end was asked for meanwhile. */
  begun(job: LocalJob, elapsedMs: number): void {
    if (job.forced !== undefined) {
      this.#terminate(job);
      return;
    }
    const { timeSeconds } = job.facts;
    if (timeSeconds === undefined) return;
    const left = timeSeconds * 1000 - elapsedMs;
    this.#deadlines.set(
      job,
      after(left, () => this.force(job, 'timeout')),
    );
  }

  /** Ends a job that a keeper has; what has been asked for once stays the reason. */
  force(job: LocalJob, reason: ForcedReason): void {
    if (!job.live || job.mainExit !== undefined || job.forced !== undefined) return;
    if (job.state !== 'orphaned') this.#events.isolate(job);
    if (!job.live || job.mainExit !== undefined) return;
    job.forced = reason;
    if (job.state === 'running' || job.state === 'orphaned') this.#terminate(job);
  }

  /** The watchdog, or an earlier leader, has begun to end the job. */
  adopt(job: LocalJob, reason: ForcedReason): void {
    if (job.forced === undefined) job.forced = reason;
    this.#watch(job, this.#graceMs);
  }

  /** The main process of a job is over. Whether the job is being ended and will be concluded once nothing is left of it. */
  ended(job: LocalJob): boolean {
    this.#deadlines.get(job)?.[Symbol.dispose]();
    this.#deadlines.delete(job);
    if (job.forced === undefined) return false;
    this.#watch(job, this.#graceMs);
    return true;
  }

  /** Waits until no job is being ended any more, but not for those that cannot be ended. */
  async settle(): Promise<void> {
    if (this.#ending.size === 0) return;
    const until = performance.now() + this.#graceMs + SETTLE_MS;
    while (this.#ending.size > 0 && performance.now() < until) await wait(FIRST_LOOK_MS);
  }

  /** Forgets all clocks; jobs stay alive. */
  release(): void {
    for (const deadline of this.#deadlines.values()) deadline[Symbol.dispose]();
    this.#deadlines.clear();
    this.#ending.clear();
  }

  #terminate(job: LocalJob): void {
    const { keeper, forced } = job;
    if (keeper === undefined || forced === undefined) return;
    try {
      keeper.records.append({ kind: 'forced', key: job.key, reason: forced });
    } catch (error) {
      this.#log.warn({ error, job: job.key }, 'the reason for ending a job could not be recorded');
    }
    keeper.signal('SIGTERM');
    this.#watch(job, this.#graceMs);
  }

  #watch(job: LocalJob, graceMs: number): void {
    if (this.#ending.has(job)) return;
    this.#ending.add(job);
    const began = performance.now();
    const look = (waitMs: number): void => {
      if (!this.#ending.has(job)) return;
      if (this.#isOver(job)) {
        removeContainer(job.facts.container, job.key, () => {
          if (this.#ending.delete(job)) this.#finish(job);
        });
        return;
      }
      if (performance.now() - began >= graceMs) this.#kill(job);
      after(waitMs, () => look(Math.min(LONGEST_LOOK_MS, waitMs * 1.5)));
    };
    after(FIRST_LOOK_MS, () => look(FIRST_LOOK_MS));
  }

  #isOver(job: LocalJob): boolean {
    const { keeper } = job;
    if (keeper === undefined) return true;
    const mainOver = job.mainExit !== undefined || keeper.gone || !isAlive(keeper, this.#processes);
    return mainOver && survivorsOf(job.key, keeper, this.#processes).length === 0;
  }

  #kill(job: LocalJob): void {
    const { keeper } = job;
    if (keeper === undefined) return;
    signalContainer(job.facts.container, job.key, 'KILL');
    keeper.signal('SIGKILL');
    for (const { pid } of survivorsOf(job.key, keeper, this.#processes)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended between the look and the signal, or belongs to somebody else: the next look tells.
      }
    }
  }

  #finish(job: LocalJob): void {
    if (job.forced === undefined) return;
    const main = job.mainExit ?? ({ outcome: 'lost', signal: 'SIGKILL' } satisfies JobExit);
    this.#events.conclude(job, exitOfForce(job.forced, job.facts, main));
  }
}
