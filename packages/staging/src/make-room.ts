import type { CacheBlobs } from './cache-blobs.ts';

/** So much of the bound is left free when something has to go, so that not every new object looks through all again. */
const SPARE = 0.1;

/**
 * Removes what was not used for longest until no more than so many bytes are kept; first what nobody has a link to, since
 * removing the rest frees nothing yet. Answers how many are kept now.
 */
export function makeRoom(blobs: CacheBlobs, maxBytes: number): number {
  const all = [...blobs.all()];
  let bytes = all.reduce((sum, blob) => sum + blob.bytes, 0);
  if (bytes <= maxBytes) return bytes;
  all.sort((a, b) => Number(a.linked) - Number(b.linked) || a.usedAt - b.usedAt);
  const goal = Math.max(0, maxBytes * (1 - SPARE));
  for (const blob of all) {
    if (bytes <= goal) break;
    blobs.remove(blob);
    bytes -= blob.bytes;
  }
  return bytes;
}
