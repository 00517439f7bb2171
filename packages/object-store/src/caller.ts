import { backoffSeconds, type Clock, type Logger, type Random } from '@orchestrate/core';
import { Gate } from './gate.ts';
import type { Pause } from './pause.ts';
import { isPortError, PortError } from './port-error.ts';

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

/** Why a watch ends when its request has: one for all, since making an error anew for each costs as much as a small request. */
const OVER = new Error('the request is over');

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

  constructor(parts: CallerParts) {
    this.parts = parts;
    this.#gate = new Gate(parts.requests);
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
    let isAlive = false;
    const alive = () => {
      isAlive = true;
    };
    const over = new AbortController();
    try {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', abort, { once: true });
      const seconds = this.parts.answerSeconds + sendsBytes / SLOWEST_BYTES_PER_SECOND;
      this.#watch(seconds, over.signal, request, () => {
        const was = isAlive;
        isAlive = false;
        return was;
      });
      return await act({ signal: request.signal, count, alive });
    } catch (error) {
      signal?.throwIfAborted();
      if (request.signal.aborted && isPortError(request.signal.reason)) throw request.signal.reason;
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      over.abort(OVER);
      this.#gate.leave();
    }
  }

  #watch(
    seconds: number,
    over: AbortSignal,
    request: AbortController,
    takeAlive: () => boolean,
  ): void {
    const look = async (): Promise<void> => {
      do {
        await this.parts.pause(seconds * 1000, over);
        if (over.aborted) return;
      } while (takeAlive());
      request.abort(new PortError('broken', `no answer within ${seconds.toFixed(0)} s`));
    };
    // The watch ends with the request, by an error of the pause.
    look().catch(() => undefined);
  }
}
