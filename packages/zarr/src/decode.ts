import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { Codec } from './array-metadata.ts';

/** Nothing that a chunk holds is larger, so that a small file cannot fill the memory. */
const MAX_BYTES = 2 ** 31 - 1;

const LIMIT = { maxOutputLength: MAX_BYTES };
const CHECKSUM_BYTES = 4;

type Step = (content: Uint8Array, codec: Codec) => Uint8Array | Promise<Uint8Array>;

/** Puts the bytes of elements together again, which stand by their significance. */
function unshuffle(content: Uint8Array, { configuration }: Codec): Uint8Array {
  const size = Number(configuration['elementsize'] ?? 4);
  const count = Math.floor(content.length / size);
  const plain = new Uint8Array(content);
  for (let element = 0; element < count; element += 1)
    for (let byte = 0; byte < size; byte += 1)
      plain[element * size + byte] = content[byte * count + element] ?? 0;
  return plain;
}

const asIs: Step = (content) => content;

const STEPS: Readonly<Record<string, Step>> = {
  bytes: asIs,
  // The order of the elements does not matter to whether all are the same.
  transpose: asIs,
  crc32c: (content) => content.subarray(0, -CHECKSUM_BYTES),
  gzip: (content) => gunzipSync(content, LIMIT),
  zlib: (content) => inflateSync(content, LIMIT),
  zstd: (content) => zstdDecompressSync(content, LIMIT),
  shuffle: unshuffle,
  lz4: async (content) => {
    const { default: Lz4 } = await import('numcodecs/lz4');
    return Lz4.fromConfig({ id: 'lz4' }).decode(content);
  },
  blosc: async (content) => {
    const { default: Blosc } = await import('numcodecs/blosc');
    return Blosc.fromConfig({ id: 'blosc' }).decode(content);
  },
};

/** The first codec that cannot be undone here, if there is one. */
export function unknownCodec(codecs: readonly Codec[]): string | undefined {
  return codecs.find(({ name }) => !Object.hasOwn(STEPS, name))?.name;
}

/** Undoes the codecs of a chunk. @throws what a codec says of content that is not its own */
export async function decodeChunk(
  content: Uint8Array,
  codecs: readonly Codec[],
): Promise<Uint8Array> {
  let plain = content;
  for (const codec of codecs.toReversed()) {
    const step = STEPS[codec.name];
    if (step === undefined) throw new Error(`the codec ${codec.name} is not known`);
    plain = await step(plain, codec);
  }
  return plain;
}
