import { z } from 'zod';
import { type DataType, dataTypeV2, dataTypeV3, fillBytes } from './data-type.ts';
import { zarrError } from './errors.ts';

/** One step of how chunks are encoded. */
export interface Codec {
  readonly name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** Chunks that are kept many in one object. */
export interface Sharding {
  /** Shape of an inner chunk, in elements. */
  readonly chunkShape: readonly number[];
  readonly codecs: readonly Codec[];
  readonly indexAtEnd: boolean;
  /** Whether the index can be read: plain little-endian numbers, with or without a checksum. */
  readonly indexChecksum: boolean | undefined;
}

/** An array of a store. */
export interface ZarrArray {
  /** Below the store, with slashes; '' for a store that is one array. */
  readonly path: string;
  readonly version: 2 | 3;
  /** In elements. */
  readonly shape: readonly number[];
  /** Of one object, in elements. */
  readonly chunkShape: readonly number[];
  /** What comes before the numbers of a chunk, and what stands between them. */
  readonly keys: { readonly prefix: string; readonly separator: '.' | '/' };
  /** `undefined`: of no fixed size, or not known here. */
  readonly type: DataType | undefined;
  readonly fill: Uint8Array | undefined;
  readonly codecs: readonly Codec[];
  readonly sharding?: Sharding;
}

const Shape = z.array(z.int().min(0));
const Chunks = z.array(z.int().min(1));

const CodecV2 = z.looseObject({ id: z.string() });

const ArrayV2 = z.object({
  zarr_format: z.literal(2),
  shape: Shape,
  chunks: Chunks,
  dtype: z.unknown(),
  fill_value: z.unknown(),
  compressor: CodecV2.nullish(),
  filters: z.array(CodecV2).nullish(),
  dimension_separator: z.enum(['.', '/']).default('.'),
});

const Named = z.object({
  name: z.string(),
  configuration: z.record(z.string(), z.unknown()).default({}),
});

const CodecV3 = z.union([
  Named,
  z.string().transform((name) => ({ name, configuration: {} as Record<string, unknown> })),
]);

const ArrayV3 = z.object({
  zarr_format: z.literal(3),
  node_type: z.literal('array'),
  shape: Shape,
  data_type: z.unknown(),
  chunk_grid: z.object({
    name: z.literal('regular'),
    configuration: z.object({ chunk_shape: Chunks }),
  }),
  chunk_key_encoding: z.object({
    name: z.enum(['default', 'v2']),
    configuration: z.object({ separator: z.enum(['.', '/']).optional() }).default({}),
  }),
  fill_value: z.unknown(),
  codecs: z.array(CodecV3),
});

const ShardingConfig = z.object({
  chunk_shape: Chunks,
  codecs: z.array(CodecV3),
  index_codecs: z.array(CodecV3),
  index_location: z.enum(['start', 'end']).default('end'),
});

function checked<T>(schema: z.ZodType<T>, file: string, document: unknown): T {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'document'}: ${message}`,
  );
  throw zarrError('ZARR_METADATA', `${file} is not metadata of an array: ${problems.join('; ')}.`, {
    details: { file },
  });
}

function checkDimensions(file: string, shape: readonly number[], chunks: readonly number[]): void {
  if (shape.length === chunks.length) return;
  throw zarrError(
    'ZARR_METADATA',
    `${file}: the shape has ${shape.length} dimensions, the chunks have ${chunks.length}.`,
    { details: { file } },
  );
}

/** Reads `.zarray` (Zarr storage specification 2, "Metadata"). @throws ZARR_METADATA */
export function readArrayV2(path: string, document: unknown): ZarrArray {
  const file = path === '' ? '.zarray' : `${path}/.zarray`;
  const { shape, chunks, dtype, fill_value, compressor, filters, dimension_separator } = checked(
    ArrayV2,
    file,
    document,
  );
  checkDimensions(file, shape, chunks);
  const type = dataTypeV2(dtype);
  const steps = [...(filters ?? []), ...(compressor == null ? [] : [compressor])];
  return {
    path,
    version: 2,
    shape,
    chunkShape: chunks,
    keys: { prefix: '', separator: dimension_separator },
    type,
    fill: type === undefined ? undefined : fillBytes(type, fill_value),
    codecs: steps.map(({ id, ...configuration }) => ({ name: id, configuration })),
  };
}

function readSharding(file: string, codec: Codec): Sharding {
  const config = checked(ShardingConfig, file, codec.configuration);
  const names = config.index_codecs.map(({ name }) => name);
  const isPlain = names[0] === 'bytes' && names.slice(1).every((name) => name === 'crc32c');
  return {
    chunkShape: config.chunk_shape,
    codecs: config.codecs,
    indexAtEnd: config.index_location === 'end',
    indexChecksum: isPlain ? names.length === 2 : undefined,
  };
}

/** Reads a `zarr.json` of an array (Zarr core specification 3, "Array metadata"). @throws ZARR_METADATA */
export function readArrayV3(path: string, document: unknown): ZarrArray {
  const file = path === '' ? 'zarr.json' : `${path}/zarr.json`;
  const array = checked(ArrayV3, file, document);
  const { shape, chunk_grid, chunk_key_encoding, codecs } = array;
  const chunkShape = chunk_grid.configuration.chunk_shape;
  checkDimensions(file, shape, chunkShape);
  const isDefault = chunk_key_encoding.name === 'default';
  const separator = chunk_key_encoding.configuration.separator ?? (isDefault ? '/' : '.');
  const shard = codecs.find(({ name }) => name === 'sharding_indexed');
  const sharding = shard === undefined ? undefined : readSharding(file, shard);
  if (sharding !== undefined) checkDimensions(file, shape, sharding.chunkShape);
  const bytes = (sharding?.codecs ?? codecs).find(({ name }) => name === 'bytes');
  const type = dataTypeV3(array.data_type, bytes?.configuration['endian'] !== 'big');
  return {
    path,
    version: 3,
    shape,
    chunkShape,
    keys: { prefix: isDefault ? 'c' : '', separator },
    type,
    fill: type === undefined ? undefined : fillBytes(type, array.fill_value),
    codecs,
    ...(sharding === undefined ? {} : { sharding }),
  };
}
