import type { Sharding, ZarrArray } from './array-metadata.ts';

/** Offset and length of an inner chunk that is not there. */
const ABSENT = 2n ** 64n - 1n;
const ENTRY_BYTES = 16;
const CHECKSUM_BYTES = 4;

/** Where an inner chunk lies in its shard; `undefined` for one that is missing. */
export type InnerChunk = { readonly offset: number; readonly bytes: number } | undefined;

/** Inner chunks along each dimension of a shard. */
function innerCounts(array: ZarrArray, { chunkShape }: Sharding): number[] {
  return array.chunkShape.map((length, at) => Math.ceil(length / (chunkShape[at] ?? 1)));
}

/** Which bytes of a shard are its index. */
export function indexRange(
  array: ZarrArray,
  sharding: Sharding,
  shardBytes: number,
): { readonly first: number; readonly last: number } | undefined {
  const count = innerCounts(array, sharding).reduce((product, one) => product * one, 1);
  const bytes = count * ENTRY_BYTES + (sharding.indexChecksum === true ? CHECKSUM_BYTES : 0);
  if (bytes > shardBytes) return undefined;
  const first = sharding.indexAtEnd ? shardBytes - bytes : 0;
  return { first, last: first + bytes - 1 };
}

/** Entries of an index, in the order of inner chunks (Zarr sharding codec 1.0, "Binary shard format"). */
export function readIndex(content: Uint8Array): InnerChunk[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const entries: InnerChunk[] = [];
  for (let at = 0; at + ENTRY_BYTES <= content.length; at += ENTRY_BYTES) {
    const [offset, bytes] = [view.getBigUint64(at, true), view.getBigUint64(at + 8, true)];
    entries.push(
      offset === ABSENT && bytes === ABSENT
        ? undefined
        : { offset: Number(offset), bytes: Number(bytes) },
    );
  }
  return entries;
}

/** Whether an inner chunk of a shard holds any element of the array, which ends where it ends. */
export function isWithin(
  array: ZarrArray,
  sharding: Sharding,
  shard: readonly number[],
  inner: number,
): boolean {
  let rest = inner;
  const counts = innerCounts(array, sharding);
  for (let at = counts.length - 1; at >= 0; at -= 1) {
    const count = counts[at] ?? 1;
    const begin =
      (shard[at] ?? 0) * (array.chunkShape[at] ?? 1) +
      (rest % count) * (sharding.chunkShape[at] ?? 1);
    if (begin >= (array.shape[at] ?? 0)) return false;
    rest = Math.floor(rest / count);
  }
  return true;
}
