import { hash } from 'node:crypto';
import type { CallOptions } from '@orchestrate/core';
import type { ObjectHead, PartedUpload, WriteRequest } from '@orchestrate/object-store';

/** The two calls that blocks need. */
export interface BlockCalls {
  stage(id: string, content: Uint8Array, md5: Uint8Array, options: CallOptions): Promise<void>;
  commit(
    ids: readonly string[],
    bytes: number,
    request: WriteRequest,
    options: CallOptions,
  ): Promise<ObjectHead>;
}

/**
 * Blocks, which are nothing until a list of them makes them a blob. Their names begin with the token of the write, so that two
 * writers of one blob do not take each other's. The service forgets blocks of no list after a week.
 */
export class BlockUpload implements PartedUpload {
  readonly parallel = true;
  readonly #token: string;
  readonly #calls: BlockCalls;
  readonly #bytes = new Map<number, number>();

  constructor(token: string, calls: BlockCalls) {
    this.#token = token;
    this.#calls = calls;
  }

  async part(
    index: number,
    content: Uint8Array,
    _isLast: boolean,
    _offset: number,
    options: CallOptions,
  ): Promise<void> {
    await this.#calls.stage(this.#id(index), content, hash('md5', content, 'buffer'), options);
    this.#bytes.set(index, content.length);
  }

  commit(final: WriteRequest, options: CallOptions): Promise<ObjectHead> {
    const count = this.#bytes.size;
    const ids = Array.from({ length: count }, (_, index) => this.#id(index));
    const bytes = [...this.#bytes.values()].reduce((sum, length) => sum + length, 0);
    return this.#calls.commit(ids, bytes, final, options);
  }

  async abort(): Promise<void> {
    await Promise.resolve();
  }

  /** All names of blocks of a blob have the same length. */
  #id(index: number): string {
    return Buffer.from(`${this.#token}-${String(index).padStart(6, '0')}`).toString('base64');
  }
}
