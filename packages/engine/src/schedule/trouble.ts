import { type Backoff, backoffSeconds, type Random } from '@orchestrate/core';

/** Failures in a row of one kind of dealing with a backend, and until when it is left alone because of them. */
export class Trouble {
  count = 0;
  /** Monotonic milliseconds. */
  until = 0;
  reason = '';

  fail(reason: string, mono: number, backoff: Backoff, random: Random): void {
    this.count += 1;
    this.reason = reason;
    this.until = mono + backoffSeconds(backoff, this.count, random) * 1000;
  }

  clear(): void {
    this.count = 0;
    this.until = 0;
  }
}
