import type { Policies } from './options.ts';

interface Learned {
  size: number;
  msPerCall: number | undefined;
}

/**
 * How many function calls go into one job, learned per pack key: long enough that the cost of a job does not matter, short
 * enough that all workers stay busy and little is lost with one of them.
 */
export class PackSizes {
  readonly #learned = new Map<string, Learned>();
  readonly #targetMs: number;
  readonly #most: number;

  constructor(policies: Policies) {
    this.#targetMs = policies.packSeconds * 1000;
    this.#most = policies.packCalls;
  }

  size(key: string): number {
    return Math.min(this.#most, this.#learned.get(key)?.size ?? 4);
  }

  /** A job with so many calls took so long. */
  learn(key: string, calls: number, ms: number): void {
    const known = this.#learned.get(key) ?? { size: 4, msPerCall: undefined };
    this.#learned.set(key, known);
    const latest = ms / calls;
    known.msPerCall = known.msPerCall === undefined ? latest : (known.msPerCall + latest) / 2;
    const target = Math.max(1, Math.floor(this.#targetMs / Math.max(known.msPerCall, 1e-4)));
    known.size = target > known.size ? Math.min(target, Math.max(known.size, calls * 4)) : target;
  }
}
