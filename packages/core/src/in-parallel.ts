/** How many things are done at once, and what ends it. */
export interface Parallel {
  readonly places: number;
  /** Once it aborts nothing new is begun; what is under way is waited for, and no error is made of it. */
  readonly signal?: AbortSignal;
}

/**
 * Does something for every item, so many at the same time, begun in their order. After a failure, of an item or of where the
 * items come from, nothing new is begun, what is under way is waited for, and the first failure is thrown.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { places, signal }: Parallel,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const source: AsyncIterator<T> | Iterator<T> =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let isExhausted = false;
  let failure: { readonly error: unknown } | undefined;
  const isOver = (): boolean => isExhausted || failure !== undefined || signal?.aborted === true;
  // Each place takes the next item when it is free: a slow one costs the others nothing.
  const work = async (): Promise<void> => {
    while (!isOver()) {
      try {
        const step = await source.next();
        if (step.done === true) isExhausted = true;
        else if (!isOver()) await act(step.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: places }, work));
  if (!isExhausted) await source.return?.();
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
}
