import type { Logger } from '@orchestrate/core';
import type { Pod } from './objects.ts';
import type { WatchedList } from './watched-list.ts';

/** What pods that are not there are told from pods that are not seen yet with. */
export interface GonePodsParts {
  readonly pods: WatchedList<Pod>;
  readonly log: Logger;
  /** Told the names of Jobs about which more is known now. */
  readonly lookAgain: (names: readonly string[]) => void;
}

/**
 * Which pods are gone. Jobs and pods are watched each for itself, so that a Job may be seen to be over before its pod is seen
 * at all: what ended how, and its log, are with the pod. A pod is taken as gone only when the server, asked after its Job was
 * over, does not have it.
 */
export class GonePods {
  readonly #parts: GonePodsParts;
  readonly #gone = new Map<string, Set<number>>();
  #asked = new Map<string, Set<number>>();
  #round: Promise<void> | undefined;

  constructor(parts: GonePodsParts) {
    this.#parts = parts;
  }

  /** Whether a pod of a Job that is over is certain to be gone. When nobody knows yet the server is asked. */
  has(job: string, index = 0): boolean {
    if (this.#gone.get(job)?.has(index) === true) return true;
    this.#asked.set(job, (this.#asked.get(job) ?? new Set()).add(index));
    this.#round ??= this.#ask();
    return false;
  }

  /** Resolves when what was asked has been answered, or cannot be. */
  async settled(): Promise<void> {
    await this.#round;
  }

  forget(job: string): void {
    this.#gone.delete(job);
  }

  async #ask(): Promise<void> {
    const { pods, log, lookAgain } = this.#parts;
    // All that are missed at one moment are asked after in one call.
    await Promise.resolve();
    const asked = this.#asked;
    this.#asked = new Map();
    try {
      await pods.refresh();
    } catch (error) {
      // Whoever looks at these Jobs next asks again.
      log.debug({ err: error }, 'the pods of Jobs that are over could not be asked after');
      this.#round = undefined;
      return;
    }
    for (const [job, indexes] of asked) {
      const gone = this.#gone.get(job) ?? new Set();
      for (const index of indexes) gone.add(index);
      this.#gone.set(job, gone);
    }
    this.#round = this.#asked.size === 0 ? undefined : this.#ask();
    lookAgain([...asked.keys()]);
  }
}
