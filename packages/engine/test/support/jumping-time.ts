import type { Clock } from '@orchestrate/core';
import type { Timers } from '../../src/drive/run-types.ts';

/** Time that stands still while something happens, and jumps to the next timer when nothing else does. */
export class JumpingTime implements Clock, Timers {
  #now = 0;
  readonly #waiting = new Map<object, { readonly at: number; readonly call: () => void }>();

  now(): number {
    return 1_700_000_000_000 + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  at(monotonic: number, call: () => void): Disposable {
    const timer = {};
    this.#waiting.set(timer, { at: monotonic, call });
    // Long enough for everything that is under way in this process to come first.
    setTimeout(() => this.#jump(), 5);
    return { [Symbol.dispose]: () => void this.#waiting.delete(timer) };
  }

  #jump(): void {
    const [next] = [...this.#waiting].sort(([, a], [, b]) => a.at - b.at);
    if (next === undefined) return;
    const [timer, { at, call }] = next;
    this.#waiting.delete(timer);
    this.#now = Math.max(this.#now, at);
    call();
    if (this.#waiting.size > 0) setTimeout(() => this.#jump(), 5);
  }
}
