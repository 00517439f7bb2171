/** Small seeded generator (mulberry32) of numbers in [0, 1), so that what failed can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of a test: that of the environment, or another every time. */
export function seedOf(): number {
  return Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);
}
