const LOOK_MILLISECONDS = 15;

/** Waits until something holds; gives up with an error that names it. */
export async function until(
  what: string,
  holds: () => boolean,
  limitMilliseconds = 50_000,
): Promise<void> {
  const end = performance.now() + limitMilliseconds;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited ${limitMilliseconds} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}
