import { backoffSeconds, type Clock, type Logger, type Random } from '@orchestrate/core';
import { Gate } from './gate.ts';
import type { Pause } from './pause.ts';
import { isPortError, PortError } from './port-error.ts';
import { SilenceWatch, type Watched } from './silence-watch.ts';

/** What a {@link Caller} needs. */
export interface CallerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly pause: Pause;
  readonly log: Logger;
  /** Requests on their way at a time. */
  readonly requests: number;
  /** For how long a request is repeated that makes no progress. */
  readonly patienceSeconds: number;
  /** Longest silence of the service. */
  readonly answerSeconds: number;
}

/** The signal of one request, and its place in a series of tries. */
export interface Try {
  readonly signal: AbortSignal;
  /** 1 for the first. After that, an earlier try may have had its effect. */
  readonly count: number;
  /** To be called whenever bytes arrive, so that silence can be told from slowness. */
  alive(): void;
}

/** Times between repetitions: full jitter, so that many writers do not come back at the same moment. */
const BACKOFF = { seconds: 0.25, factor: 2, maxSeconds: 16, jitter: 0.5 };
/** A connection slower than this while it sends counts as broken. */
const SLOWEST_BYTES_PER_SECOND = 32 * 1024;

/** How long a repetition is still worthwhile; starts anew with every progress. */
export class Patience {
  readonly #parts: CallerParts;
  readonly #what: string;
  readonly #signal: AbortSignal | undefined;
  #since: number | undefined;
  #failures = 0;

  constructor(parts: CallerParts, what: string, signal: AbortSignal | undefined) {
    this.#parts = parts;
    this.#what = what;
    this.#signal = signal;
  }

  get failures(): number {
    return this.#failures;
  }

  progress(): void {
    this.#since = undefined;
    this.#failures = 0;
  }

  /** Waits before another try. @throws the error when it will not pass, or has not for too long */
  async after(error: unknown): Promise<void> {
    this.#signal?.throwIfAborted();
    if (!(error instanceof PortError && error.isPassing)) throw error;
    const { clock, random, pause, log, patienceSeconds } = this.#parts;
    this.#since ??= clock.monotonic();
    this.#failures += 1;
    const asked = error.retryAfterSeconds ?? 0;
    const seconds = Math.max(asked, backoffSeconds(BACKOFF, this.#failures, random));
    const spent = (clock.monotonic() - this.#since) / 1000;
    if (spent + seconds > patienceSeconds) throw error;
    const facts = { what: this.#what, reason: error.message, seconds, failures: this.#failures };
    log.debug(facts, 'a request to the storage is repeated');
    try {
      await pause(seconds * 1000, this.#signal);
    } finally {
      this.#signal?.throwIfAborted();
    }
  }
}

/** Makes requests: so many at a time, each with a limit on silence, repeated while there is hope. */
export class Caller {
  readonly parts: CallerParts;
  readonly #gate: Gate;
  readonly #watch: SilenceWatch;

  constructor(parts: CallerParts) {
    this.parts = parts;
    this.#gate = new Gate(parts.requests);
    this.#watch = new SilenceWatch(parts.clock, parts.pause);
  }

  patience(what: string, signal: AbortSignal | undefined): Patience {
    return new Patience(this.parts, what, signal);
  }

  /**
   * Makes a request until it answers.
   * @param what in words, for the log
   * @param sendsBytes size of what is sent, which may take its time
   */
  async call<T>(
    what: string,
    signal: AbortSignal | undefined,
    act: (attempt: Try) => Promise<T>,
    sendsBytes = 0,
  ): Promise<T> {
    const patience = this.patience(what, signal);
    for (;;) {
      try {
        return await this.once(patience.failures + 1, signal, act, sendsBytes);
      } catch (error) {
        await patience.after(error);
      }
    }
  }

  /** Makes a request once. Errors are {@link PortError}s, the reason of the signal, or defects. */
  async once<T>(
    count: number,
    signal: AbortSignal | undefined,
    act: (attempt: Try) => Promise<T>,
    sendsBytes = 0,
  ): Promise<T> {
    await this.#gate.enter();
    const request = new AbortController();
    const abort = () => request.abort(signal?.reason);
    let watched: Watched | undefined;
    try {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', abort, { once: true });
      const seconds = this.parts.answerSeconds + sendsBytes / SLOWEST_BYTES_PER_SECOND;
      watched = this.#watch.begin(seconds, (silent) =>
        request.abort(new PortError('broken', `no answer within ${silent.toFixed(0)} s`)),
      );
      const { alive } = watched;
      return await act({ signal: request.signal, count, alive });
    } catch (error) {
      signal?.throwIfAborted();
      if (request.signal.aborted && isPortError(request.signal.reason)) throw request.signal.reason;
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      watched?.over();
      this.#gate.leave();
    }
  }
}
