/** What every client of a benchmark can do, so that each is measured by the same program. */
export interface Client {
  /** Sends one large file. */
  putLarge(path: string, name: string): Promise<void>;
  /** Fetches it to a file. */
  getLarge(name: string, path: string): Promise<void>;
  /** Sends one small file. */
  put(path: string, name: string): Promise<void>;
  get(name: string, path: string): Promise<void>;
  /** Lists everything below a prefix and answers how many there are. */
  count(prefix: string): Promise<number>;
  close(): Promise<void>;
}

/** Does something for every number from 0, so many at a time. */
export async function each(
  count: number,
  places: number,
  act: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: places }, one));
}
