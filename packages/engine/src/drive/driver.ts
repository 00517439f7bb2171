import {
  type Clock,
  type ComputeBackend,
  isFlowError,
  type Logger,
  type RunId,
} from '@orchestrate/core';
import type { Fact, JournalEntry, RunOutcome } from '../events/fact.ts';
import { eachOf } from '../events/ranges.ts';
import type { FactsAt, Journal } from '../journal/journal.ts';
import type { Effect, Input, Moment } from '../schedule/messages.ts';
import { type EffectParts, EffectRunner } from './effect-runner.ts';
import { FINGERPRINT_LENGTH } from './fingerprint.ts';
import { realClock } from './real-time.ts';
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
  /** Called once everything but the end of the run is durable: what the next run has to know must not be lost after that. */
  readonly beforeEnd: () => void;
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
 * Batches begin at least this far apart, so that a stream of short jobs is committed in groups and not one by one; after a
 * commit that took longer, as much time passes as it took, so that a slow disk means larger batches and not a loop that does
 * nothing but wait for it. Milliseconds.
 */
const GATHERING_MS = 2;
/** But no batch waits longer than this, milliseconds. */
const LONGEST_GATHERING_MS = 10;
/** Facts on which nothing waits, such as that a job has started, are committed with the next ones, or after so many milliseconds. */
const LONGEST_HOLD_MS = 10;
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
  /** Facts that are not in the journal yet, with the time of each turn. */
  #held: FactsAt[] = [];
  #heldTimer: ReturnType<typeof setTimeout> | undefined;
  #isScheduled = false;
  #isOver = false;
  /** When the next batch may begin; of the process, not of the run: pacing has no meaning in the journal. */
  #notBefore = 0;
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

  /** Whether the end has come; nothing that is pushed has an effect then. */
  get isOver(): boolean {
    return this.#isOver;
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
    const wait = this.#notBefore - realClock.monotonic();
    if (wait > 0) setTimeout(go, wait);
    else setImmediate(go);
  }

  #pump(act = (): void => this.#turn()): void {
    if (this.#isOver) return;
    try {
      act();
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#queue.length > 0) this.#schedule();
  }

  /** One turn: steps until nothing more comes by itself, one commit for all of them, and then what had to wait for it. */
  #turn(): void {
    const { clock } = this.#parts;
    const until = realClock.monotonic() + SLICE_MS;
    // One moment for all of them: the time in the journal is the time the state was changed with, as in a replay.
    const moment = { now: clock.now(), monotonic: clock.monotonic() };
    const facts: Fact[] = [];
    const effects: Effect[] = [];
    do {
      const inputs = this.#queue;
      this.#queue = [];
      for (const input of inputs) this.#step(input, moment, facts, effects);
    } while (this.#queue.length > 0 && realClock.monotonic() < until);
    if (facts.length > 0) this.#held.push({ at: moment.now, facts });
    if (effects.some(({ type }) => type !== 'wake')) this.#commit();
    else if (this.#held.length > 0) {
      this.#heldTimer ??= setTimeout(() => this.#pump(() => this.#commit()), LONGEST_HOLD_MS);
    }
    for (const effect of effects) this.#carry(effect);
  }

  #commit(): void {
    clearTimeout(this.#heldTimer);
    this.#heldTimer = undefined;
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    const began = realClock.monotonic();
    const entries = this.#append(held);
    const took = realClock.monotonic() - began;
    const pause = Math.min(Math.max(GATHERING_MS, took), LONGEST_GATHERING_MS);
    this.#notBefore = realClock.monotonic() + pause;
    this.#parts.onEntries(entries);
  }

  #append(held: readonly FactsAt[]): readonly JournalEntry[] {
    const { journal, run, beforeEnd } = this.#parts;
    const last = held.at(-1);
    // The end of a run comes with the effect that finishes it, and so is committed in its own turn.
    const ending = last?.facts.filter(({ type }) => type === 'run-ended') ?? [];
    if (last === undefined || ending.length === 0) return journal.appendAll(run, held);
    const others = last.facts.filter((fact) => !ending.includes(fact));
    const entries = journal.appendAll(run, [...held.slice(0, -1), { at: last.at, facts: others }]);
    beforeEnd();
    return [...entries, ...journal.append(run, last.at, ending)];
  }

  #step(input: Input, moment: Moment, facts: Fact[], effects: Effect[]): void {
    const { scheduler, redact, fold } = this.#parts;
    const result = scheduler.step(input, moment);
    for (const fact of result.facts) {
      // Folded before it is durable, because specs of the same turn may need results of the same turn; a journal that
      // cannot be written ends the leader before anything comes of it.
      const clean = redact(fact.type === 'submitting' ? this.#withFingerprints(fact) : fact);
      fold(clean, moment.now);
      facts.push(clean);
    }
    for (const effect of result.effects) {
      // Looking at files, and publishing what an ended job left, may happen whether or not these facts survive.
      if (effect.type === 'prepare' || effect.type === 'collect') this.#carry(effect);
      else effects.push(effect);
    }
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
    const { book: books, preparer } = this.#parts;
    const found = books.at(task);
    const set = found?.[0].entry.set;
    if (found === undefined || set === undefined) return NO_FINGERPRINT;
    const [book, index] = found;
    if (book.hasFingerprint(index)) return book.fingerprint(index);
    // Inputs that nobody has looked at (an earlier leader did) make it unknown what the task read.
    if ((spec.inputs?.length ?? 0) > 0) return NO_FINGERPRINT;
    return preparer.print({
      book,
      index,
      set,
      spec,
      inputs: NO_INPUTS,
      used: preparer.usedBy(set),
    });
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
    clearTimeout(this.#heldTimer);
    this.#queue = [];
    this.#effects.stop();
    this.#wake?.[Symbol.dispose]();
    this.#requests?.[Symbol.dispose]();
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }
}

const NO_INPUTS: readonly never[] = [];
const NO_FINGERPRINT = '-'.repeat(FINGERPRINT_LENGTH);
