import type { Lease } from './graph.ts';

/**
 * Named limits. What is taken is never stored: it follows from the jobs and groups that are live, and is counted again
 * when a journal is replayed.
 */
export class Limits {
  readonly index: ReadonlyMap<string, number>;
  readonly #names: readonly string[];
  readonly #capacity: readonly number[];
  readonly #used: number[];
  /** Limits of which something was given back since the last {@link takeFreed}. */
  readonly #freed = new Set<number>();

  constructor(limits: Readonly<Record<string, number>>) {
    this.#names = Object.keys(limits);
    this.#capacity = Object.values(limits);
    this.#used = this.#capacity.map(() => 0);
    this.index = new Map(this.#names.map((name, index) => [name, index]));
  }

  name(limit: number): string {
    return this.#names[limit] ?? '';
  }

  capacity(limit: number): number {
    return this.#capacity[limit] ?? 0;
  }

  free(limit: number): number {
    return (this.#capacity[limit] ?? 0) - (this.#used[limit] ?? 0);
  }

  take(limit: number, slots: number): void {
    this.#used[limit] = (this.#used[limit] ?? 0) + slots;
  }

  give(limit: number, slots: number): void {
    this.#used[limit] = (this.#used[limit] ?? 0) - slots;
    this.#freed.add(limit);
  }

  takeAll(leases: readonly Lease[]): void {
    for (const lease of leases) this.take(lease.limit, lease.slots);
  }

  giveAll(leases: readonly Lease[]): void {
    for (const lease of leases) this.give(lease.limit, lease.slots);
  }

  /** The limits that may have room again. */
  takeFreed(): readonly number[] {
    if (this.#freed.size === 0) return [];
    const freed = [...this.#freed];
    this.#freed.clear();
    return freed;
  }
}
