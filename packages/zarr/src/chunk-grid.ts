import type { ZarrArray } from './array-metadata.ts';
import { zarrError } from './errors.ts';

/** More chunks than this are not counted one by one: the map of those that are there would not fit. */
const MAX_CHUNKS = 2 ** 33;

/** Which chunks of an array there are to be, and which are there. */
export class ChunkGrid {
  /** Chunks along each dimension. */
  readonly counts: readonly number[];
  /** Of all. */
  readonly total: number;
  readonly #array: ZarrArray;
  readonly #seen: Uint8Array;
  #present = 0;

  /** @throws ZARR_METADATA for an array of more chunks than can be counted */
  constructor(array: ZarrArray) {
    this.#array = array;
    this.counts = array.shape.map((length, at) => Math.ceil(length / (array.chunkShape[at] ?? 1)));
    this.total = this.counts.reduce((product, count) => product * count, 1);
    if (this.total > MAX_CHUNKS)
      throw zarrError(
        'ZARR_METADATA',
        `${array.path}: an array of ${this.total} chunks is too large to check.`,
      );
    this.#seen = new Uint8Array(Math.ceil(this.total / 8));
  }

  get present(): number {
    return this.#present;
  }

  /** The number of the chunk with a key, relative to its array; `undefined` for a key that is none of the grid. */
  indexOf(key: string): number | undefined {
    const { prefix, separator } = this.#array.keys;
    const dimensions = this.counts.length;
    let rest = key;
    if (prefix !== '') {
      if (dimensions === 0) return key === prefix ? 0 : undefined;
      if (!key.startsWith(prefix + separator)) return undefined;
      rest = key.slice(prefix.length + separator.length);
    } else if (dimensions === 0) return key === '0' ? 0 : undefined;
    let [index, at, dimension] = [0, 0, 0];
    while (at <= rest.length) {
      const found = rest.indexOf(separator, at);
      const end = found < 0 ? rest.length : found;
      const number = positionIn(rest, at, end);
      const count = this.counts[dimension];
      if (count === undefined || number === undefined || number >= count) return undefined;
      index = index * count + number;
      dimension += 1;
      at = end + 1;
    }
    return dimension === dimensions ? index : undefined;
  }

  /** Numbers of a chunk along each dimension. */
  positionOf(index: number): number[] {
    const position: number[] = [];
    let rest = index;
    for (const count of this.counts.toReversed()) {
      position.unshift(rest % count);
      rest = Math.floor(rest / count);
    }
    return position;
  }

  /** The key of a chunk, relative to its array. */
  keyOf(index: number): string {
    const { prefix, separator } = this.#array.keys;
    const numbers = this.positionOf(index);
    if (prefix !== '') return [prefix, ...numbers].join(separator);
    return numbers.length === 0 ? '0' : numbers.join(separator);
  }

  mark(index: number): void {
    const at = index >>> 3;
    const bit = 1 << (index & 7);
    if (((this.#seen[at] ?? 0) & bit) !== 0) return;
    this.#seen[at] = (this.#seen[at] ?? 0) | bit;
    this.#present += 1;
  }

  /** The first so many that are missing. */
  missing(limit: number): number[] {
    const found: number[] = [];
    for (let at = 0; at < this.#seen.length && found.length < limit; at += 1) {
      const byte = this.#seen[at] ?? 0;
      if (byte === 0xff) continue;
      for (let bit = 0; bit < 8 && found.length < limit; bit += 1) {
        const index = at * 8 + bit;
        if ((byte & (1 << bit)) === 0 && index < this.total) found.push(index);
      }
    }
    return found;
  }
}

/** A number written in the one way keys have it, without zeros before it. */
function positionIn(text: string, from: number, to: number): number | undefined {
  if (to === from || to - from > 10 || (to - from > 1 && text[from] === '0')) return undefined;
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}
