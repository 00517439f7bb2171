import { type Clock, isFlowError, type Random } from '@orchestrate/core';
import type { LinkStatus } from './transport.ts';

/** First pause after a failure; it doubles with each one that follows. */
const FIRST_MS = 1_000;
const LONGEST_MS = 120_000;
/** A link that has lived so long was a good one: the count of failures begins anew. */
const GOOD_MS = 30_000;

interface LoginHost {
  readonly name: string;
  failures: number;
  /** Until when it is left alone: by the steady clock, and for people. */
  restsUntil: number;
  until: number;
  error: unknown;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Errors that tell most come first. */
const TELLING = [
  'SSH_HOST_KEY_REVOKED',
  'SSH_HOST_KEY_CHANGED',
  'SSH_HOST_KEY_UNKNOWN',
  'SSH_LOGIN_REQUIRED',
  'SSH_CONFIG',
];

function rank(error: unknown): number {
  const at = isFlowError(error) ? TELLING.indexOf(error.code) : -1;
  return at < 0 ? TELLING.length : at;
}

/** The login hosts of a cluster, in the order in which they are tried. One that failed is left alone for a while. */
export class LoginHosts {
  readonly #hosts: readonly LoginHost[];
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(names: readonly string[], clock: Clock, random: Random) {
    this.#hosts = names.map((name) => ({
      name,
      failures: 0,
      restsUntil: Number.NEGATIVE_INFINITY,
      until: 0,
      error: undefined,
    }));
    this.#clock = clock;
    this.#random = random;
  }

  /** The first one that is not left alone. */
  next(): string | undefined {
    const now = this.#clock.monotonic();
    return this.#hosts.find(({ restsUntil }) => restsUntil <= now)?.name;
  }

  /** When the next one may be tried, by the steady clock. */
  get nextAt(): number {
    return Math.min(...this.#hosts.map(({ restsUntil }) => restsUntil));
  }

  /** Of the errors of all hosts the one that tells most; `undefined` if none has failed. */
  get error(): unknown {
    const errors = this.#hosts.map(({ error }) => error).filter((error) => error !== undefined);
    return errors.sort((one, other) => rank(one) - rank(other))[0];
  }

  get setAside(): LinkStatus['setAside'] {
    const now = this.#clock.monotonic();
    return this.#hosts
      .filter(({ restsUntil }) => restsUntil > now)
      .map(({ name, until, error }) => ({ host: name, until, reason: sentence(error) }));
  }

  /** Leaves a host alone for a while. `livedMs`: how long it had served. */
  fail(name: string, error: unknown, livedMs = 0): void {
    const host = this.#hosts.find((candidate) => candidate.name === name);
    if (host === undefined) return;
    host.failures = livedMs >= GOOD_MS ? 1 : host.failures + 1;
    host.error = error;
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (host.failures - 1));
    const rest = longest * (0.75 + this.#random() / 2);
    host.restsUntil = this.#clock.monotonic() + rest;
    host.until = this.#clock.now() + rest;
  }

  /** It serves: what was held against it is forgotten, but for the count. */
  succeed(name: string): void {
    const host = this.#hosts.find((candidate) => candidate.name === name);
    if (host !== undefined) host.error = undefined;
  }

  /** All may be tried at once, because a person asks for it. */
  forgive(): void {
    for (const host of this.#hosts) host.restsUntil = Number.NEGATIVE_INFINITY;
  }
}
