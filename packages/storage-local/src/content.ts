/** The pieces of a source; gives up at once when the signal aborts, even while the source is silent. */
export async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) return yield* source;
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const pieces = source[Symbol.asyncIterator]();
  let over = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = await Promise.race([pieces.next(), aborted.promise]);
      over = step.done === true;
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not waited for: a silent source would never answer.
    if (!over) Promise.resolve(pieces.return?.()).catch(() => {});
  }
}
