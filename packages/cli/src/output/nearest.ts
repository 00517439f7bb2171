import { suggest } from '@orchestrate/core';

/** The name someone probably meant: one that begins with what they wrote, or one that is a few letters off. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const begun = word.length >= 3 ? known.find((name) => name.startsWith(word)) : undefined;
  return begun ?? suggest(word, known);
}
