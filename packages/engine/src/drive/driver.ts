import {
  type Clock,
  type ComputeBackend,
  isFlowError,
  type Logger,
  type RunId,
} from '@orchestrate/core';
import type { Fact, JournalEntry, RunOutcome } from '../events/fact.ts';
import { eachOf } from '../events/ranges.ts';
import type { Journal } from '../journal/journal.ts';
import type { Effect, Input } from '../schedule/messages.ts';
import { type EffectParts, EffectRunner } from './effect-runner.ts';
import { FINGERPRINT_LENGTH } from './fingerprint.ts';
import type { Names, Timers } from './run-types.ts';
import type { SchedulerPort } from './scheduler-port.ts';

/** What a driver is made of. */
export interface DriverParts extends EffectParts {
  readonly scheduler: SchedulerPort;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly names: Names;
  readonly log: Logger;
  readonly run: RunId;
  readonly backends: ReadonlyMap<string, ComputeBackend>;
  readonly onEntries: (entries: readonly JournalEntry[]) => void;
  /** Takes the values of secrets out of a fact. */
  readonly redact: (fact: Fact) => Fact;
  /** The driver's own fold, the same as in replay. */
  readonly fold: (fact: Fact, at: number) => void;
}

/** How a leader's work ended. */
export interface DriverEnd {
  readonly outcome: RunOutcome;
  readonly reason?: string;
}

/** Longest time the loop keeps others waiting, milliseconds. */
const SLICE_MS = 15;
/**
 * Commits quicker than this follow one another freely; after slower ones as much time passes as the commit took, so that a
 * slow disk means larger batches and not a loop that does nothing but wait for it. Milliseconds.
 */
const QUICK_COMMIT_MS = 1;
/** But no batch waits longer than this, milliseconds. */
const LONGEST_GATHERING_MS = 10;
/** Between two looks for requests of other processes, milliseconds. */
const REQUESTS_EVERY_MS = 300;

/**
 * The thin shell around the scheduler: takes inputs from a queue, makes the facts of a batch durable in one transaction,
 * and only then carries out the effects, whose answers are inputs again.
 */
export class Driver {
  readonly done: Promise<DriverEnd>;
  readonly #parts: DriverParts;
  readonly #effects: EffectRunner;
  readonly #watches: Disposable[] = [];
  #queue: Input[] = [];
  #isScheduled = false;
  #isOver = false;
  /** What the last commit took, milliseconds. */
  #commitMs = 0;
  #gathering: Disposable | undefined;
  #wake: Disposable | undefined;
  #requests: Disposable | undefined;
  #seenVersion = -1;
  #settle: { resolve: (end: DriverEnd) => void; reject: (error: unknown) => void };

  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.#effects = new EffectRunner(parts, (input) => this.push(input));
    const { promise, resolve, reject } = Promise.withResolvers<DriverEnd>();
    this.done = promise;
    this.#settle = { resolve, reject };
  }

  /** Begins, or recovers what an earlier leader left. */
  start(): void {
    for (const [name, backend] of this.#parts.backends) {
      const watch = backend.watch?.((statuses) => this.#effects.report(name, statuses, 'watch'));
      if (watch !== undefined) this.#watches.push(watch);
    }
    this.push({ type: 'begin' });
    this.#lookForRequests();
  }

  push(input: Input): void {
    if (this.#isOver) return;
    this.#queue.push(input);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const go = () => {
      this.#isScheduled = false;
      this.#pump();
    };
    if (this.#commitMs < QUICK_COMMIT_MS) {
      setImmediate(go);
      return;
    }
    const { timers, clock } = this.#parts;
    this.#gathering = timers.at(
      clock.monotonic() + Math.min(this.#commitMs, LONGEST_GATHERING_MS),
      go,
    );
  }

  #pump(): void {
    const until = performance.now() + SLICE_MS;
    try {
      while (this.#queue.length > 0 && !this.#isOver) {
        this.#batch();
        if (performance.now() > until) break;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#queue.length > 0) this.#schedule();
  }

  /** One turn: step, commit, fold, act. */
  #batch(): void {
    const inputs = this.#queue;
    this.#queue = [];
    const { scheduler, clock, journal, run } = this.#parts;
    const moment = { now: clock.now(), monotonic: clock.monotonic() };
    const facts: Fact[] = [];
    const effects: Effect[] = [];
    for (const input of inputs) {
      const result = scheduler.step(input, moment);
      for (const fact of result.facts) {
        // Folded before it is durable, because specs of the same turn may need results of the same turn; a journal that
        // cannot be written ends the leader before anything comes of it.
        const clean = this.#parts.redact(
          fact.type === 'submitting' ? this.#withFingerprints(fact) : fact,
        );
        this.#parts.fold(clean, moment.now);
        facts.push(clean);
      }
      for (const effect of result.effects) effects.push(effect);
    }
    const entries = journal.append(run, moment.now, facts);
    if (entries.length > 0) this.#commitMs = clock.monotonic() - moment.monotonic;
    if (entries.length > 0) this.#parts.onEntries(entries);
    for (const effect of effects) this.#carry(effect);
  }

  /** Renders the jobs that are about to be submitted and enters what identifies their tasks with the intent. */
  #withFingerprints(fact: Fact & { readonly type: 'submitting' }): Fact {
    let fingerprints = '';
    for (const { job, tasks } of fact.jobs) {
      try {
        const specs: ReturnType<EffectRunner['spec']>[] = [];
        eachOf(tasks, (task) => {
          const spec = this.#effects.spec(task);
          specs.push(spec);
          fingerprints += this.#fingerprint(task, spec);
        });
        this.#effects.keep(job, specs);
      } catch (error) {
        this.#effects.keep(job, error instanceof Error ? error : new Error(String(error)));
        return fact;
      }
    }
    return { ...fact, fingerprints };
  }

  #fingerprint(task: number, spec: ReturnType<EffectRunner['spec']>): string {
    const found = this.#parts.book.at(task);
    const set = found?.[0].entry.set;
    if (found === undefined || set?.reuse === false || set?.check !== undefined)
      return NO_FINGERPRINT;
    const [book, index] = found;
    if (book.hasFingerprint(index)) return book.fingerprint(index);
    // Inputs that nobody has looked at (an earlier leader did) make it unknown what the task read.
    if ((spec.inputs?.length ?? 0) > 0) return NO_FINGERPRINT;
    return this.#parts.preparer.print(book, index, spec, []);
  }

  #carry(effect: Effect): void {
    if (effect.type === 'wake') {
      this.#wake?.[Symbol.dispose]();
      this.#wake = this.#parts.timers.at(effect.atMonotonic, () => this.push({ type: 'wake' }));
    } else if (effect.type === 'finish') {
      this.#end({
        outcome: effect.outcome,
        ...(effect.reason === undefined ? {} : { reason: effect.reason }),
      });
    } else this.#effects.carry(effect);
  }

  #lookForRequests(): void {
    if (this.#isOver) return;
    const { journal, run, clock, timers, log } = this.#parts;
    try {
      const row = journal.db.prepare('PRAGMA data_version').get();
      const version = Number(row?.['data_version'] ?? 0);
      if (version !== this.#seenVersion) {
        this.#seenVersion = version;
        for (const request of journal.takeRequests(run)) this.push({ type: 'asked', ...request });
      }
    } catch (error) {
      log.warn({ err: error }, 'requests of other processes could not be read');
    }
    this.#requests = timers.at(clock.monotonic() + REQUESTS_EVERY_MS, () =>
      this.#lookForRequests(),
    );
  }

  /** A journal that cannot be written stops the leader at once: without a durable intent nothing may be done. */
  #fail(error: unknown): void {
    const isJournal = isFlowError(error) && error.code.startsWith('JOURNAL_');
    if (isJournal) this.#end({ outcome: 'stopped', reason: `${error.code}: ${error.message}` });
    else {
      this.#close();
      this.#settle.reject(error);
    }
  }

  #end(end: DriverEnd): void {
    if (this.#isOver) return;
    this.#close();
    this.#settle.resolve(end);
  }

  #close(): void {
    this.#isOver = true;
    this.#queue = [];
    this.#effects.stop();
    this.#wake?.[Symbol.dispose]();
    this.#gathering?.[Symbol.dispose]();
    this.#requests?.[Symbol.dispose]();
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }
}

const NO_FINGERPRINT = '-'.repeat(FINGERPRINT_LENGTH);
