/**
 * Picks what one command wrote out of everything that comes over a stream. Before it is written `MARKb NUMBER`, after it
 * `MARKe NUMBER`, each with a line break; MARK is random and made for this command, so that no output can hold it by chance.
 * The bytes between belong to the command, also where the last line has no break.
 */
export class Frame {
  readonly #begin: Buffer;
  readonly #end: Buffer;
  readonly #take: (content: Buffer) => void;
  #state: 'before' | 'header' | 'inside' | 'trailer' | 'complete' = 'before';
  #pending: Buffer = Buffer.alloc(0);
  #header: number | undefined;
  #trailer: number | undefined;

  readonly #hasEnd: boolean;

  /** `take` is called with the bytes of the command, in order. Without `hasEnd` they go on to the end of the stream. */
  constructor(mark: string, take: (content: Buffer) => void, { hasEnd = true } = {}) {
    this.#hasEnd = hasEnd;
    this.#begin = Buffer.from(`${mark}b `);
    this.#end = Buffer.from(`${mark}e `);
    this.#take = take;
  }

  /** The number that stands at the beginning, once it was seen. */
  get header(): number | undefined {
    return this.#header;
  }

  /** The number that stands at the end, once it was seen. */
  get trailer(): number | undefined {
    return this.#trailer;
  }

  push(chunk: Buffer): void {
    if (this.#state === 'inside' && !this.#hasEnd) {
      this.#take(chunk);
      return;
    }
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#step());
  }

  /** One step on; whether another one may be possible. */
  #step(): boolean {
    switch (this.#state) {
      case 'before':
        return this.#seek(this.#begin, 'header', () => undefined);
      case 'inside':
        if (!this.#hasEnd) return this.#pass();
        return this.#seek(this.#end, 'trailer', this.#take);
      case 'header':
        return this.#number('inside', (value) => {
          this.#header = value;
        });
      case 'trailer':
        return this.#number('complete', (value) => {
          this.#trailer = value;
        });
      case 'complete':
        this.#pending = Buffer.alloc(0);
        return false;
    }
  }

  #pass(): boolean {
    if (this.#pending.length > 0) this.#take(this.#pending);
    this.#pending = Buffer.alloc(0);
    return false;
  }

  #seek(mark: Buffer, next: 'header' | 'trailer', skip: (content: Buffer) => void): boolean {
    const found = this.#pending.indexOf(mark);
    // A mark may be cut in two by the end of a chunk.
    const length = found < 0 ? this.#pending.length - mark.length + 1 : found;
    if (length > 0) skip(this.#pending.subarray(0, length));
    if (found < 0) {
      if (length > 0) this.#pending = this.#pending.subarray(length);
      return false;
    }
    this.#pending = this.#pending.subarray(found + mark.length);
    this.#state = next;
    return true;
  }

  #number(next: 'inside' | 'complete', keep: (value: number) => void): boolean {
    const end = this.#pending.indexOf(10);
    if (end < 0) return false;
    keep(Number(this.#pending.subarray(0, end).toString('latin1')));
    this.#pending = this.#pending.subarray(end + 1);
    this.#state = next;
    return true;
  }
}
