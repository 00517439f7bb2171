import type { ZarrArray } from './array-metadata.ts';
import { isNotANumber } from './data-type.ts';

/**
 * No codec in use makes less than this much of a chunk whose elements are not all the same; one that is larger is not looked
 * into. Constant content shrinks to a hundredth and less.
 */
const LEAST_SHARE = 1 / 40;
/** What even the smallest encoded chunk takes. */
const LEAST_BYTES = 256;

/** Bytes of a whole chunk before it is encoded; `undefined` where that depends on what is in it. */
export function plainBytes({ type }: ZarrArray, chunkShape: readonly number[]): number | undefined {
  return type === undefined
    ? undefined
    : chunkShape.reduce((product, length) => product * length, type.bytes);
}

/** Whether a chunk of so many encoded bytes may have only one value. */
export function mayBeConstant(encoded: number, plain: number, isPlain: boolean): boolean {
  return isPlain || encoded <= LEAST_BYTES + plain * LEAST_SHARE;
}

/** Whether decoded content is the fill value, or no number at all, from beginning to end. */
export function isAllFill({ type, fill }: ZarrArray, content: Uint8Array): boolean {
  if (type === undefined || content.length < type.bytes || type.bytes === 0) return false;
  const first = content.subarray(0, type.bytes);
  if (isNotANumber(type, first)) return isAllNotANumber(content, type);
  const isFill = fill !== undefined && Buffer.compare(first, fill) === 0;
  // Every element is the one before it.
  return (
    isFill &&
    Buffer.compare(
      content.subarray(type.bytes),
      content.subarray(0, content.length - type.bytes),
    ) === 0
  );
}

/** Not every NaN has the same bits. */
function isAllNotANumber(content: Uint8Array, type: NonNullable<ZarrArray['type']>): boolean {
  const { bytes } = type;
  if (Buffer.compare(content.subarray(bytes), content.subarray(0, content.length - bytes)) === 0)
    return true;
  for (let at = bytes; at + bytes <= content.length; at += bytes)
    if (!isNotANumber(type, content.subarray(at, at + bytes))) return false;
  return true;
}
