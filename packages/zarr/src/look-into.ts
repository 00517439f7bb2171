import type { ZarrArray } from './array-metadata.ts';
import { decodeChunk, unknownCodec } from './decode.ts';
import { isAllFill, mayBeConstant, plainBytes } from './fill.ts';
import type { ZarrSource } from './find-arrays.ts';
import { indexRange, isWithin, readIndex } from './shard-index.ts';

/** What is known of a chunk after looking into it as far as needed. */
export type ChunkVerdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'fill' }
  | { readonly kind: 'damaged'; readonly why: string }
  /** Of a shard: how many inner chunks there are to be, and how many of them are missing or all fill value. */
  | {
      readonly kind: 'shard';
      readonly inner: number;
      readonly missing: number;
      readonly fill: number;
    };

const GOOD: ChunkVerdict = { kind: 'good' };

/** Codecs after which content is as long as before. */
const AS_LONG: ReadonlySet<string> = new Set(['bytes', 'transpose', 'crc32c', 'shuffle']);

/** Why the contents of an array cannot be looked into; `undefined` when they can. */
export function whyOpaque(array: ZarrArray): string | undefined {
  if (array.type === undefined) return 'its elements have no fixed size';
  if (array.sharding !== undefined && array.sharding.indexChecksum === undefined)
    return 'the index of its shards is encoded';
  const unknown = unknownCodec(array.sharding?.codecs ?? array.codecs);
  return unknown === undefined ? undefined : `its codec ${unknown} is not known here`;
}

/** Looks into chunks of one array. */
export class ChunkLook {
  readonly #array: ZarrArray;
  readonly #source: ZarrSource;
  readonly #plain: number;
  readonly #isPlain: boolean;
  readonly #codecs: ZarrArray['codecs'];

  constructor(array: ZarrArray, source: ZarrSource) {
    this.#array = array;
    this.#source = source;
    this.#codecs = array.sharding?.codecs ?? array.codecs;
    this.#plain = plainBytes(array, array.sharding?.chunkShape ?? array.chunkShape) ?? 0;
    this.#isPlain = this.#codecs.every(({ name }) => AS_LONG.has(name));
  }

  /** Whether an encoded chunk has to be read to know that it is good. */
  mustRead(bytes: number): boolean {
    return this.#array.sharding !== undefined || mayBeConstant(bytes, this.#plain, this.#isPlain);
  }

  async look(path: string, bytes: number, position: readonly number[]): Promise<ChunkVerdict> {
    if (this.#array.sharding !== undefined) return this.#lookAtShard(path, bytes, position);
    const content = await this.#source.read(path);
    return content === undefined ? { kind: 'damaged', why: 'it is gone' } : this.#judge(content);
  }

  async #judge(content: Uint8Array): Promise<ChunkVerdict> {
    let plain: Uint8Array;
    try {
      plain = await decodeChunk(content, this.#codecs);
    } catch (error) {
      return { kind: 'damaged', why: error instanceof Error ? error.message : String(error) };
    }
    if (plain.length !== this.#plain)
      return { kind: 'damaged', why: `has ${plain.length} bytes, expected ${this.#plain}` };
    return isAllFill(this.#array, plain) ? { kind: 'fill' } : GOOD;
  }

  async #lookAtShard(
    path: string,
    bytes: number,
    position: readonly number[],
  ): Promise<ChunkVerdict> {
    const { sharding } = this.#array;
    const range = sharding && indexRange(this.#array, sharding, bytes);
    if (sharding === undefined || range === undefined)
      return { kind: 'damaged', why: `is too short for its index: ${bytes} bytes` };
    const content = await this.#source.read(path, range);
    if (content === undefined) return { kind: 'damaged', why: 'it is gone' };
    let [inner, missing, fill] = [0, 0, 0];
    for (const [index, entry] of readIndex(content).entries()) {
      if (!isWithin(this.#array, sharding, position, index)) continue;
      inner += 1;
      if (entry === undefined) {
        missing += 1;
        continue;
      }
      if (entry.offset + entry.bytes > bytes)
        return {
          kind: 'damaged',
          why: `its index points beyond its end, to ${entry.offset + entry.bytes}`,
        };
      if (!mayBeConstant(entry.bytes, this.#plain, this.#isPlain)) continue;
      const last = entry.offset + entry.bytes - 1;
      const one = await this.#source.read(path, { first: entry.offset, last });
      const verdict = await this.#judge(one ?? new Uint8Array());
      if (verdict.kind === 'damaged')
        return { ...verdict, why: `inner chunk ${index}: ${verdict.why}` };
      if (verdict.kind === 'fill') fill += 1;
    }
    return { kind: 'shard', inner, missing, fill };
  }
}
