import { Heap } from '../../src/schedule/heap.ts';

interface Happening {
  readonly at: number;
  readonly order: number;
  /** Only for the leader of this number; 0: for the world, which never sleeps. */
  readonly leader: number;
  readonly run: () => void;
}

/**
 * Time as a queue of happenings, in milliseconds. The world's time only goes forward. The leader sees two clocks: a steady one
 * that stands still while its machine sleeps, and a date that may jump.
 */
export class Timeline {
  now = 0;
  leader = 1;
  #order = 0;
  #slept = 0;
  #asleepUntil = 0;
  #frozenAt = 0;
  #dateOffset = 1_800_000_000_000;
  readonly #queue = new Heap<Happening>(
    (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order),
  );

  get monotonic(): number {
    return Math.min(this.now, Math.max(this.now - this.#slept, this.#frozenAt));
  }

  get date(): number {
    return this.now + this.#dateOffset;
  }

  jumpDate(ms: number): void {
    this.#dateOffset += ms;
  }

  /** The leader's machine sleeps; what was meant for it arrives when it wakes. */
  sleep(ms: number): void {
    this.#frozenAt = this.monotonic;
    this.#asleepUntil = Math.max(this.#asleepUntil, this.now) + ms;
    this.#slept += ms;
  }

  inWorld(ms: number, run: () => void): void {
    this.#push(this.now + ms, 0, run);
  }

  /** For the present leader; dropped when it is gone by then. */
  inLeader(ms: number, run: () => void): void {
    this.#push(this.now + ms, this.leader, run);
  }

  /** Runs the next happening. False when there is none. */
  advance(): boolean {
    const next = this.#queue.pop();
    if (next === undefined) return false;
    if (next.leader !== 0 && next.leader !== this.leader) return true;
    if (next.leader !== 0 && next.at < this.#asleepUntil) {
      this.#push(this.#asleepUntil, next.leader, next.run);
      return true;
    }
    this.now = Math.max(this.now, next.at);
    next.run();
    return true;
  }

  #push(at: number, leader: number, run: () => void): void {
    this.#order += 1;
    this.#queue.push({ at, order: this.#order, leader, run });
  }
}
