import { inParallel } from '@orchestrate/core';
import type { ZarrArray } from './array-metadata.ts';
import { ChunkGrid } from './chunk-grid.ts';
import {
  isMetadata,
  readArray,
  readConsolidated,
  type StoreFile,
  type ZarrSource,
} from './find-arrays.ts';
import { ChunkLook, whyOpaque } from './look-into.ts';

/** How many there are of something, and the first of them. */
export interface Counted {
  readonly count: number;
  readonly first: readonly string[];
}

/** What was found of one array. */
export interface ArrayReport {
  readonly path: string;
  readonly version: 2 | 3;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  /** How many chunks it is to have; of shards, the chunks within. */
  readonly chunks: number;
  /** Chunks that are not there: whoever reads them gets the fill value. */
  readonly missing: Counted;
  /** Chunks that hold nothing but the fill value, or numbers that are none. */
  readonly fill: Counted;
  /** Chunks that cannot be decoded or are too short. */
  readonly damaged: Counted;
  /** Files that lie where chunks lie and are none of the array. */
  readonly foreign: Counted;
  /** Why nobody looked into the chunks, where that is so. */
  readonly opaque?: string;
}

/** What was found of a store. */
export interface StoreReport {
  /** In order of path. Empty where there is no array at all. */
  readonly arrays: readonly ArrayReport[];
  readonly files: number;
  readonly bytes: number;
}

/** Options of {@link checkStore}. */
export interface CheckOptions {
  /** Chunks looked into at once. */
  readonly parallel: number;
  readonly signal?: AbortSignal;
}

const SHOWN = 5;

class Tally {
  count = 0;
  readonly first: string[] = [];

  add(what: string, count = 1): void {
    this.count += count;
    if (this.first.length < SHOWN) this.first.push(what);
  }
}

class ArrayCheck {
  readonly array: ZarrArray;
  readonly grid: ChunkGrid;
  readonly look: ChunkLook;
  readonly opaque: string | undefined;
  readonly fill = new Tally();
  readonly damaged = new Tally();
  readonly foreign = new Tally();
  readonly holes = new Tally();
  /** Inner chunks of the shards that are there. */
  inner = 0;

  constructor(array: ZarrArray, source: ZarrSource) {
    this.array = array;
    this.grid = new ChunkGrid(array);
    this.look = new ChunkLook(array, source);
    this.opaque = whyOpaque(array);
  }

  /** What is still to be done for a file of this array. */
  take(file: StoreFile, key: string): (() => Promise<void>) | undefined {
    const index = this.grid.indexOf(key);
    if (index === undefined) {
      this.foreign.add(key);
      return undefined;
    }
    this.grid.mark(index);
    if (file.bytes === 0) {
      this.damaged.add(`${key}: is empty`);
      return undefined;
    }
    if (this.opaque !== undefined || !this.look.mustRead(file.bytes)) return undefined;
    return async () => {
      const position = this.grid.positionOf(index);
      const verdict = await this.look.look(file.path, file.bytes, position);
      if (verdict.kind === 'fill') this.fill.add(key);
      else if (verdict.kind === 'damaged') this.damaged.add(`${key}: ${verdict.why}`);
      else if (verdict.kind === 'shard') {
        this.inner += verdict.inner;
        if (verdict.missing > 0)
          this.holes.add(`${key} (${verdict.missing} within)`, verdict.missing);
        if (verdict.fill > 0) this.fill.add(`${key} (${verdict.fill} within)`, verdict.fill);
      }
    };
  }

  report(): ArrayReport {
    const { path, version, shape, chunkShape } = this.array;
    const absent = this.grid.total - this.grid.present;
    const first = [
      ...this.grid.missing(SHOWN).map((index) => this.grid.keyOf(index)),
      ...this.holes.first,
    ];
    const { fill, damaged, foreign, opaque } = this;
    return {
      path,
      version,
      shape,
      chunkShape,
      chunks: this.inner > 0 ? this.inner + absent : this.grid.total,
      missing: { count: absent + this.holes.count, first: first.slice(0, SHOWN) },
      fill: { count: fill.count, first: fill.first },
      damaged: { count: damaged.count, first: damaged.first },
      foreign: { count: foreign.count, first: foreign.first },
      ...(opaque === undefined ? {} : { opaque }),
    };
  }
}

/** Files of groups and attributes, of other tools and of ours. */
const isAside = (path: string): boolean => /(?:^|\/)\.[^/]*$|(?:^|\/)zarr\.json$/.test(path);

/** The arrays by their folders, and which one a file is part of. */
class Arrays {
  readonly #checks = new Map<string, ArrayCheck>();
  readonly #source: ZarrSource;

  constructor(source: ZarrSource) {
    this.#source = source;
  }

  add(array: ZarrArray): void {
    this.#checks.set(array.path, new ArrayCheck(array, this.#source));
  }

  get size(): number {
    return this.#checks.size;
  }

  of(path: string): readonly [ArrayCheck, key: string] | undefined {
    for (let end = path.lastIndexOf('/'); ; end = path.lastIndexOf('/', end - 1)) {
      const check = this.#checks.get(end < 0 ? '' : path.slice(0, end));
      if (check !== undefined) return [check, path.slice(end + 1)];
      if (end < 0) return undefined;
    }
  }

  reports(): ArrayReport[] {
    return [...this.#checks.values()]
      .map((check) => check.report())
      .sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  }
}

/** Files and the arrays they may be of. Where the store does not say in one place what its arrays are, all files are kept first. */
async function prepare(
  source: ZarrSource,
): Promise<{ readonly arrays: Arrays; readonly files: AsyncIterable<StoreFile> | StoreFile[] }> {
  const arrays = new Arrays(source);
  const consolidated = await readConsolidated(source);
  if (consolidated !== undefined) {
    for (const array of consolidated) arrays.add(array);
    return { arrays, files: source.files() };
  }
  const files: StoreFile[] = [];
  for await (const file of source.files()) {
    files.push(file);
    const array = isMetadata(file.path) ? await readArray(source, file.path) : undefined;
    if (array !== undefined) arrays.add(array);
  }
  return { arrays, files };
}

/**
 * Checks every array of a Zarr store, of version 2 or 3, or of all stores below a folder: that each chunk of its grid is there,
 * and that none is damaged or holds nothing but the fill value. Chunks are counted by their names; only those so small that they
 * may hold one value, and the indexes of shards, are read. Memory: a bit for each chunk, and the names of all files only where the
 * metadata is not consolidated.
 * @throws ZARR_METADATA, and what the source throws
 */
export async function checkStore(
  source: ZarrSource,
  { parallel, signal }: CheckOptions,
): Promise<StoreReport> {
  const { arrays, files } = await prepare(source);
  let [count, bytes] = [0, 0];
  async function* looks(): AsyncGenerator<() => Promise<void>> {
    for await (const file of files) {
      signal?.throwIfAborted();
      count += 1;
      bytes += file.bytes;
      if (arrays.size === 0 || isAside(file.path)) continue;
      const found = arrays.of(file.path);
      const look = found?.[0].take(file, found[1]);
      if (look !== undefined) yield look;
    }
  }
  await inParallel(looks(), { places: parallel }, (look) => look());
  return { arrays: arrays.reports(), files: count, bytes };
}
