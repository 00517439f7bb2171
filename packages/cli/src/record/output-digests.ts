import { createHash } from 'node:crypto';
import { isFlowError, parseAddress, type Storage } from '@orchestrate/core';
import type { OutputRecord } from '@orchestrate/engine';

/** Objects of services that are asked about one by one; each costs a call. */
const MOST_ASKED = 10_000;

/** How an output stands to what the run left. */
export type OutputCheck = 'same' | 'changed' | 'missing' | 'unchecked';

/** What was found out about an output. */
export interface OutputFinding {
  readonly check: OutputCheck;
  /** Lower-case hex, of exactly what the run left. */
  readonly sha256?: string;
}

/** How many outputs there were of each kind. */
export interface DigestCounts {
  /** With a sha256. */
  withDigest: number;
  /** Files on this machine that would have been read, had there been no bound. */
  overBound: number;
  changed: number;
  missing: number;
  /** Objects of services beyond those that are asked about. */
  unasked: number;
  /** Could not be looked at: their storage refused, or did not answer. */
  failed: number;
}

/** Nothing counted yet. */
export const NO_DIGESTS: DigestCounts = {
  withDigest: 0,
  overBound: 0,
  changed: 0,
  missing: 0,
  unasked: 0,
  failed: 0,
};

const UNCHECKED: OutputFinding = { check: 'unchecked' };

/**
 * Looks whether outputs are still what a run left and finds their sha256: from the storage where it knows it, otherwise by
 * reading files of this machine, up to a number of bytes in all. Objects of a service are never read.
 */
export class OutputDigests {
  readonly counts: DigestCounts = { ...NO_DIGESTS };
  readonly #storages: ReadonlyMap<string, Storage>;
  #bytesLeft: number;
  #asked = 0;

  constructor(storages: ReadonlyMap<string, Storage>, bytes: number) {
    this.#storages = storages;
    this.#bytesLeft = bytes;
  }

  async of(output: OutputRecord): Promise<OutputFinding> {
    const { storage: name, key } = parseAddress(output.address);
    const storage = this.#storages.get(name);
    if (storage === undefined || key.endsWith('/')) return UNCHECKED;
    if (!storage.traits.local) {
      this.#asked += 1;
      if (this.#asked > MOST_ASKED) {
        this.counts.unasked += 1;
        return UNCHECKED;
      }
    }
    try {
      return await this.#look(storage, key, output);
    } catch (error) {
      if (!isFlowError(error)) throw error;
      // It may have been replaced, removed or locked away while it was looked at; a record is made all the same.
      this.counts.failed += 1;
      return UNCHECKED;
    }
  }

  async #look(storage: Storage, key: string, output: OutputRecord): Promise<OutputFinding> {
    const stat = await storage.stat(key);
    if (stat === undefined) {
      this.counts.missing += 1;
      return { check: 'missing' };
    }
    if (stat.generation !== output.generation) {
      this.counts.changed += 1;
      return { check: 'changed' };
    }
    const sha256 = stat.sha256 ?? (await this.#read(storage, key, stat.bytes));
    if (sha256 === undefined) return { check: 'same' };
    this.counts.withDigest += 1;
    return { check: 'same', sha256 };
  }

  async #read(storage: Storage, key: string, bytes: number): Promise<string | undefined> {
    if (!storage.traits.local) return undefined;
    if (bytes > this.#bytesLeft) {
      this.counts.overBound += 1;
      return undefined;
    }
    this.#bytesLeft -= bytes;
    const hash = createHash('sha256');
    for await (const piece of storage.read(key)) hash.update(piece);
    return hash.digest('hex');
  }
}
