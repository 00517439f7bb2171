/** Waits for a promise, but no longer than until the signal aborts; then rejects with its reason. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** All of some content in one array of its own; gives up at once when the signal aborts. */
export async function collected(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content.slice();
  const pieces: Uint8Array[] = [];
  const source = content[Symbol.asyncIterator]();
  for (;;) {
    const step = await unlessAborted(source.next(), signal);
    if (step.done === true) return Buffer.concat(pieces);
    pieces.push(step.value.slice());
  }
}
