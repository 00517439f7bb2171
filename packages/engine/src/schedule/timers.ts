import { Heap } from './heap.ts';

interface Timer {
  readonly at: number;
  readonly id: number;
}

/** Deadlines in monotonic milliseconds. Entries that have lost their meaning stay until they are due, and are then ignored. */
export class Timers {
  readonly #heap = new Heap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.id < b.id));

  get size(): number {
    return this.#heap.size;
  }

  /** The next deadline. */
  get next(): number {
    return this.#heap.peek()?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: number, id: number): void {
    if (at < Number.POSITIVE_INFINITY) this.#heap.push({ at, id });
  }

  clear(): void {
    this.#heap.clear();
  }

  /** Removes what is due and calls `fn` for each. */
  fire(mono: number, fn: (id: number) => void): void {
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      if (top.at > mono) return;
      this.#heap.pop();
      fn(top.id);
    }
  }
}
