/** Pieces of content between one who fetches them and one who hands them on, each at a pace of its own. */
export class PieceQueue {
  #pieces: Uint8Array[] = [];
  #end: { readonly failed: { readonly error: unknown } | undefined } | undefined;
  #wake: (() => void) | undefined;

  put(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#wake?.();
  }

  /** Nothing more comes; `failed`: because of this. */
  end(failed: { readonly error: unknown } | undefined): void {
    this.#end = { failed };
    this.#wake?.();
  }

  /** Every piece once, as they come. @throws what the fetching ended with, after all that it had brought */
  async *drain(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const pieces = this.#pieces;
      this.#pieces = [];
      yield* pieces;
      if (this.#pieces.length > 0) continue;
      if (this.#end !== undefined) {
        if (this.#end.failed !== undefined) throw this.#end.failed.error;
        return;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
    }
  }
}
