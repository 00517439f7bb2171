/**
 * Does something for every item, so many at a time, in order of their start. The first failure is thrown once those under way
 * have ended, and starts no more.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  places: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const underWay = new Set<Promise<void>>();
  for await (const item of items) {
    if (failures.length > 0) break;
    const one = act(item)
      .catch((error: unknown) => {
        failures.push(error);
      })
      .finally(() => underWay.delete(one));
    underWay.add(one);
    if (underWay.size >= places) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}
