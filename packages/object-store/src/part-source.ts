/** The pieces of a source; gives up at once when the signal aborts, even while the source is silent. */
export async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) return yield* source;
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const pieces = source[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = await Promise.race([pieces.next(), aborted.promise]);
      isOver = step.done === true;
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not waited for: a silent source would never answer.
    if (!isOver) Promise.resolve(pieces.return?.()).catch(() => undefined);
  }
}

/** One part of some content. */
export interface Part {
  readonly index: number;
  readonly offset: number;
  readonly content: Uint8Array;
  readonly isLast: boolean;
  /** To be called once the bytes are no longer needed. */
  release(): void;
}

/** How content is cut. */
export interface Cut {
  /** Size of a part by its index. */
  sizeOf(index: number): number;
  /** Buffers that can be used again. */
  readonly pool: BufferPool;
}

/** Buffers of one size that are used again and again: the collector of garbage does not see how large they are. */
export class BufferPool {
  readonly #free: Uint8Array[] = [];
  readonly #kept: number;

  constructor(kept: number) {
    this.#kept = kept;
  }

  take(bytes: number): Uint8Array {
    const found = this.#free.findIndex(({ length }) => length === bytes);
    return found === -1 ? Buffer.allocUnsafeSlow(bytes) : (this.#free.splice(found, 1)[0] as never);
  }

  give(buffer: Uint8Array): void {
    if (this.#free.length >= this.#kept) this.#free.shift();
    this.#free.push(buffer);
  }
}

/** Cuts a stream into parts. The last one may be of any size, and is empty only when the whole content is. */
export async function* partsOf(
  source: AsyncIterable<Uint8Array>,
  { sizeOf, pool }: Cut,
): AsyncGenerator<Part> {
  let [index, offset, filled] = [0, 0, 0];
  let buffer = pool.take(sizeOf(0));
  const cut = (isLast: boolean): Part => {
    const own = buffer;
    const content = own.subarray(0, filled);
    return { index, offset, content, isLast, release: () => pool.give(own) };
  };
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      // A full part is sent only when it is clear that another one follows.
      if (filled === buffer.length) {
        yield cut(false);
        offset += filled;
        index += 1;
        filled = 0;
        buffer = pool.take(sizeOf(index));
      }
      const taken = Math.min(piece.length - at, buffer.length - filled);
      buffer.set(piece.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
    }
  }
  yield cut(true);
}

/** Parts of content that lies in memory already. */
export function* partsOfBytes(
  content: Uint8Array,
  sizeOf: (index: number) => number,
): Generator<Part> {
  const release = () => undefined;
  for (let [index, offset] = [0, 0]; ; index += 1) {
    const end = Math.min(content.length, offset + sizeOf(index));
    const isLast = end === content.length;
    yield { index, offset, content: content.subarray(offset, end), isLast, release };
    if (isLast) return;
    offset = end;
  }
}
