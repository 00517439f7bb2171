import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ArrayReport, checkStore, type ZarrSource } from '../src/index.ts';

/** Stores made by zarr-python 3.1.6 with numcodecs 0.16.6, see tools/golden/zarr/make.py. */
function golden(name: string): Map<string, Uint8Array> {
  const text = readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8');
  const files = JSON.parse(text) as Record<string, string>;
  return new Map(
    Object.entries(files).map(([path, content]) => [path, Buffer.from(content, 'base64')]),
  );
}

function sourceOf(files: ReadonlyMap<string, Uint8Array>, read: string[] = []): ZarrSource {
  return {
    files: async function* () {
      for (const [path, { length }] of files) yield { path, bytes: length };
    },
    read: async (path, range) => {
      read.push(path);
      const content = files.get(path);
      return range === undefined ? content : content?.subarray(range.first, range.last + 1);
    },
  };
}

async function reportsOf(
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Map<string, ArrayReport>> {
  const { arrays } = await checkStore(sourceOf(files), { parallel: 4 });
  return new Map(arrays.map((report) => [report.path, report]));
}

const HOLES = {
  chunks: 9,
  missing: { count: 2 },
  fill: { count: 1 },
  damaged: { count: 0 },
  foreign: { count: 0 },
};

describe.each(['v2', 'consolidated'])('a store of version 2 (%s)', (name) => {
  it.each(['blosc', 'zstd', 'gzip', 'zlib', 'lz4', 'plain', 'shuffled'])(
    'has two holes and a chunk of nothing but NaN, encoded with %s',
    async (codec) => {
      const report = (await reportsOf(golden(name))).get(codec);

      expect(report).toMatchObject({ version: 2, shape: [6, 7], chunkShape: [2, 3], ...HOLES });
      const separator = codec === 'zstd' ? '/' : '.';
      expect(report?.missing.first).toEqual([
        ['2', '1'].join(separator),
        ['2', '2'].join(separator),
      ]);
      expect(report?.fill.first).toEqual([['2', '0'].join(separator)]);
    },
  );

  it('has arrays without dimensions, of fill values alone, and of big-endian numbers that are none', async () => {
    const reports = await reportsOf(golden(name));

    expect(reports.get('number')).toMatchObject({
      chunks: 1,
      missing: { count: 0 },
      fill: { count: 0 },
    });
    expect(reports.get('time')).toMatchObject({
      chunks: 1,
      missing: { count: 0 },
      fill: { count: 1 },
    });
    expect(reports.get('big')).toMatchObject({
      chunks: 2,
      missing: { count: 0 },
      fill: { count: 1, first: ['0'] },
    });
  });
});

describe.each(['v3', 'consolidated-v3'])('a store of version 3 (%s)', (name) => {
  it.each(['blosc', 'zstd', 'gzip', 'plain'])(
    'has two holes and a chunk of nothing but NaN, encoded with %s',
    async (codec) => {
      const report = (await reportsOf(golden(name))).get(codec);

      expect(report).toMatchObject({ version: 3, shape: [6, 7], chunkShape: [2, 3], ...HOLES });
      expect(report?.fill.first).toEqual([codec === 'gzip' ? 'c.2.0' : 'c/2/0']);
    },
  );

  it('is looked at shard by shard, and chunk by chunk within', async () => {
    const report = (await reportsOf(golden(name))).get('sharded');

    expect(report?.chunks).toBe(9);
    expect((report?.missing.count ?? 0) + (report?.fill.count ?? 0)).toBe(3);
    expect(report?.damaged.count).toBe(0);
  });

  it('says where contents cannot be looked into, and counts all the same', async () => {
    const reports = await reportsOf(golden(name));

    expect(reports.get('text')).toMatchObject({
      chunks: 1,
      missing: { count: 0 },
      opaque: expect.any(String),
    });
    expect(reports.get('scalar')).toMatchObject({
      chunks: 1,
      missing: { count: 0 },
      fill: { count: 0 },
    });
  });
});

describe('what went wrong with a store', () => {
  it('is told: chunks that are empty, cut, not its own, or gone', async () => {
    const files = golden('v2');
    files.set('blosc/0.0', new Uint8Array());
    files.set('plain/0.0', (files.get('plain/0.0') ?? new Uint8Array()).subarray(0, 10));
    files.set('gzip/0.0', Buffer.from('not gzip'));
    files.set('zlib/9.0', Buffer.from('beyond the grid'));
    files.set('zlib/00.1', Buffer.from('not how a chunk is written'));
    files.delete('lz4/1.1');

    const reports = await reportsOf(files);

    expect(reports.get('blosc')?.damaged).toEqual({ count: 1, first: ['0.0: is empty'] });
    expect(reports.get('plain')?.damaged.first[0]).toContain('has 10 bytes, expected 24');
    expect(reports.get('gzip')?.damaged.count).toBe(1);
    expect(reports.get('zlib')?.foreign).toEqual({ count: 2, first: ['9.0', '00.1'] });
    expect(reports.get('lz4')?.missing).toEqual({ count: 3, first: ['1.1', '2.1', '2.2'] });
  });

  it('is told of shards: cut ones, and indexes that point beyond', async () => {
    const files = golden('v3');
    const shard = files.get('sharded/c/0/0') ?? new Uint8Array();
    files.set('sharded/c/0/0', shard.subarray(0, 20));
    const other = Buffer.from(files.get('sharded/c/0/1') ?? []);
    other.writeBigUInt64LE(10_000n, other.length - 4 - 4 * 16);
    files.set('sharded/c/0/1', other);

    const report = (await reportsOf(files)).get('sharded');

    expect(report?.damaged.first).toEqual([
      'c/0/0: is too short for its index: 20 bytes',
      expect.stringContaining('points beyond its end'),
    ]);
  });

  it.each([
    [
      'v2',
      'plain/.zarray',
      '{ "zarr_format": 2 }',
      /plain\/\.zarray is not metadata of an array: shape/,
    ],
    ['v2', 'plain/.zarray', 'nonsense', /plain\/\.zarray is not JSON/],
    [
      'v3',
      'plain/zarr.json',
      '{ "node_type": "array", "zarr_format": 4 }',
      /plain\/zarr\.json is not metadata/,
    ],
  ])('in the metadata of %s is an error that names the file', async (name, path, text, message) => {
    const files = golden(name);
    files.set(path, Buffer.from(text));

    await expect(reportsOf(files)).rejects.toThrow(message);
  });
});

it('reads only what may be of one value', async () => {
  const files = new Map<string, Uint8Array>([
    [
      '.zarray',
      Buffer.from(
        JSON.stringify({
          zarr_format: 2,
          shape: [4000],
          chunks: [1000],
          dtype: '<f8',
          fill_value: 'NaN',
          compressor: { id: 'zlib', level: 1 },
        }),
      ),
    ],
    ['0', Buffer.alloc(6000, 1)],
    ['1', Buffer.alloc(100, 1)],
    ['2', Buffer.alloc(5000, 1)],
  ]);
  const read: string[] = [];

  const { arrays } = await checkStore(sourceOf(files, read), { parallel: 4 });

  expect(read.filter((path) => /^\d/.test(path))).toEqual(['1']);
  expect(arrays[0]).toMatchObject({
    path: '',
    missing: { count: 1, first: ['3'] },
    damaged: { count: 1 },
  });
});

it('finds nothing in a folder that is no store', async () => {
  const report = await checkStore(sourceOf(new Map([['a/b.nc', Buffer.from('x')]])), {
    parallel: 4,
  });

  expect(report).toEqual({ arrays: [], files: 1, bytes: 1 });
});
