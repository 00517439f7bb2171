import { createHash } from 'node:crypto';
import type { Storage } from '@orchestrate/core';
import type { PublishedFile } from './crate-types.ts';

/** Bytes that are handed to a storage at once. */
const PIECE_BYTES = 64 * 1024;

async function* inPieces(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer> {
  let held: string[] = [];
  let length = 0;
  for await (const text of texts) {
    held.push(text);
    length += text.length;
    if (length < PIECE_BYTES) continue;
    yield Buffer.from(held.join(''));
    [held, length] = [[], 0];
  }
  if (length > 0) yield Buffer.from(held.join(''));
}

/** The folder of a record in a storage: writes texts into it and knows what was written. */
export class RecordFolder {
  readonly #storage: Storage;
  readonly #key: string;
  readonly #files: PublishedFile[] = [];

  /** `key`: of the folder, with the slash at its end. */
  constructor(storage: Storage, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  get files(): readonly PublishedFile[] {
    return this.#files;
  }

  /** Publishes a file whole, in the place of an earlier one. @throws what the storage throws */
  async write(name: string, texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const hash = createHash('sha256');
    let bytes = 0;
    async function* counted(): AsyncGenerator<Buffer> {
      for await (const piece of inPieces(texts)) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    }
    await this.#storage.write(`${this.#key}${name}`, counted());
    this.#files.push({ name, bytes, sha256: hash.digest('hex') });
  }
}
