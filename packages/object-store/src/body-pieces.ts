import type { Readable } from 'node:stream';

/** What may wait for its reader before the connection is held back. */
const MOST_WAITING_BYTES = 256 * 1024;

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

interface Reader {
  resolve(step: IteratorResult<Uint8Array, undefined>): void;
  reject(error: unknown): void;
}

/**
 * The body of an answer, in the pieces in which it comes; for one reader. A stream's own iterator does the same, with so much
 * beside it that a small object takes as long to be read as to be asked for.
 */
export class BodyPieces implements AsyncIterableIterator<Uint8Array> {
  readonly #answer: Readable;
  readonly #explained: (error: unknown) => unknown;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #reader: Reader | undefined;
  #isOver = false;
  #error: unknown;

  /** @param explained what the reader is to be told of an error */
  constructor(answer: Readable, explained: (error: unknown) => unknown) {
    this.#answer = answer;
    this.#explained = explained;
    answer.on('data', (piece: Uint8Array) => this.#take(piece));
    answer.on('end', () => this.#finish(undefined));
    answer.on('error', (error) => this.#finish(error));
    answer.on('close', () => this.#finish(new Error('it was closed before the end')));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const piece = this.#waiting.shift();
    if (piece !== undefined) {
      this.#waitingBytes -= piece.length;
      if (this.#waitingBytes < MOST_WAITING_BYTES && this.#answer.isPaused()) this.#answer.resume();
      return { done: false, value: piece };
    }
    if (this.#error !== undefined) throw this.#explained(this.#error);
    if (this.#isOver) return END;
    const { promise, resolve, reject } =
      Promise.withResolvers<IteratorResult<Uint8Array, undefined>>();
    this.#reader = { resolve, reject };
    return promise;
  }

  /** A reader that stops early breaks the connection off: what is still to come may be much. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isOver) this.#answer.destroy();
    this.#isOver = true;
    this.#waiting = [];
    return END;
  }

  /** Lets what is still to come go by unread. */
  drop(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#answer.resume();
  }

  #take(piece: Uint8Array): void {
    if (this.#isOver) return;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: piece });
      return;
    }
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes >= MOST_WAITING_BYTES) this.#answer.pause();
  }

  #finish(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    const reader = this.#reader;
    this.#reader = undefined;
    if (error === undefined) reader?.resolve(END);
    else reader?.reject(this.#explained(error));
  }
}
