import { createHash, hash } from 'node:crypto';
import type { Json, Results } from '@orchestrate/core';

/** Hands results on and remembers what was asked: what is made from them is another thing once they are others. */
export class Witness implements Results {
  /** Sets that had a result when they were asked. */
  readonly used = new Set<string>();
  readonly #results: Results;
  readonly #seen = createHash('sha256');
  #hasSeen = false;

  constructor(results: Results) {
    this.#results = results;
  }

  result(set: string, index: number): Json | undefined {
    const value = this.#results.result(set, index);
    if (value !== undefined) this.used.add(set);
    this.#note(`${set}/${index}`, value);
    return value;
  }

  size(set: string): number {
    const size = this.#results.size(set);
    this.#note(set, size);
    return size;
  }

  #note(what: string, value: Json | undefined): void {
    this.#hasSeen = true;
    this.#seen.update(`${what}\n${JSON.stringify(value) ?? ''}\n`);
  }

  /** A digest, joined with everything seen so far; as it is when nothing was asked. */
  mark(digest: string): string {
    if (!this.#hasSeen) return digest;
    return hash('sha256', `${digest}\n${this.#seen.copy().digest('hex')}`, 'hex');
  }
}
