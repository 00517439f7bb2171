/** Takes exact numbers of bytes from a stream of chunks. */
export class ByteQueue {
  readonly #source: AsyncIterator<Buffer>;
  readonly #cutOff: () => Error;
  #pending: Buffer = Buffer.alloc(0);

  /** `cutOff` makes the error for a stream that ends too early. */
  constructor(source: AsyncIterable<Buffer>, cutOff: () => Error) {
    this.#source = source[Symbol.asyncIterator]();
    this.#cutOff = cutOff;
  }

  /** So many bytes, in one piece. */
  async take(count: number): Promise<Buffer> {
    if (this.#pending.length < count) {
      const pieces = [this.#pending];
      for (let have = this.#pending.length; have < count; ) {
        const chunk = await this.#next();
        pieces.push(chunk);
        have += chunk.length;
      }
      this.#pending = Buffer.concat(pieces);
    }
    const taken = this.#pending.subarray(0, count);
    this.#pending = this.#pending.subarray(count);
    return taken;
  }

  /** So many bytes, as they come. May be read further where a reader has stopped. */
  body(count: number): AsyncIterable<Buffer> {
    let left = count;
    const next = async (): Promise<IteratorResult<Buffer>> => {
      if (left === 0) return { done: true, value: undefined };
      if (this.#pending.length === 0) this.#pending = await this.#next();
      const value = this.#pending.subarray(0, left);
      this.#pending = this.#pending.subarray(value.length);
      left -= value.length;
      return { done: false, value };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  /** Reads the source to its end and forgets what comes. */
  async drain(): Promise<void> {
    this.#pending = Buffer.alloc(0);
    while ((await this.#source.next()).done !== true);
  }

  async #next(): Promise<Buffer> {
    const { done, value } = await this.#source.next();
    if (done === true) throw this.#cutOff();
    return value;
  }
}
