import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectNames, prefixFrom } from '../src/object-names.ts';
import { PartSizes } from '../src/part-sizes.ts';
import { BufferPool, type Part, partsOf, partsOfBytes } from '../src/part-source.ts';

const LIMITS = {
  putBytes: 5000,
  partMultiple: 256,
  maxPartBytes: 1 << 20,
  maxParts: 100,
  pageSize: 1000,
  nameBytes: 1024,
};

async function* cut(content: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield await Promise.resolve(content.subarray(at, at + size));
    at += size;
  }
  yield content.subarray(at);
}

function checkParts(parts: readonly Part[], content: Uint8Array, size: number): void {
  expect(parts.map(({ index }) => index)).toEqual(parts.map((_, n) => n));
  expect(parts.map(({ offset }) => offset)).toEqual(parts.map((_, n) => n * size));
  expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, n) => n === parts.length - 1));
  expect(Buffer.concat(parts.map((part) => part.content)).equals(content)).toBe(true);
  expect(parts.slice(0, -1).every((part) => part.content.length === size)).toBe(true);
}

describe('parts of content', () => {
  it('are the content, in order, however it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat({ max: 80 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 64 }),
        async (content, sizes, size) => {
          const pool = new BufferPool(0);
          const parts: Part[] = [];
          for await (const part of partsOf(cut(content, sizes), { sizeOf: () => size, pool }))
            parts.push(part);

          checkParts(parts, content, size);
          checkParts([...partsOfBytes(content, () => size)], content, size);
        },
      ),
    );
  });

  it('use the buffers again that are released', () => {
    const pool = new BufferPool(2);
    const first = pool.take(16);
    pool.give(first);

    expect(pool.take(16)).toBe(first);
    expect(pool.take(16)).not.toBe(first);
  });
});

describe('sizes of parts', () => {
  it('fit the measure of the service, and their number its limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1 << 22 }),
        fc.integer({ min: 0, max: 90 << 20 }),
        (wanted, bytes) => {
          const sizes = new PartSizes(wanted, LIMITS);
          const size = sizes.forBytes(bytes)(0);

          expect(size % LIMITS.partMultiple).toBe(0);
          expect(size).toBeLessThanOrEqual(LIMITS.maxPartBytes);
          expect(Math.ceil(bytes / size)).toBeLessThanOrEqual(LIMITS.maxParts);
        },
      ),
    );
  });

  it('grow in a stream of unknown length, and never beyond the limit', () => {
    const size = new PartSizes(1 << 18, { ...LIMITS, maxParts: 50_000 }).forUnknown();

    expect([size(0), size(4999), size(5000), size(49_999)]).toEqual([
      1 << 18,
      1 << 18,
      1 << 19,
      1 << 20,
    ]);
  });

  it('say what goes in one request', () => {
    const sizes = new PartSizes(8192, LIMITS);

    expect([0, 5000, 5001].map((bytes) => sizes.isOne(bytes))).toEqual([true, true, false]);
  });
});

describe('names of objects', () => {
  it('are keys below the prefix, and lead back to them', () => {
    const names = new ObjectNames(prefixFrom('data/sets//'), 1024);

    expect(names.of('a/b')).toBe('data/sets/a/b');
    expect(names.keyOf('data/sets/a/b')).toBe('a/b');
    expect(names.keyOf('data/sets/folder/')).toBeUndefined();
    expect(names.keyOf('data/other')).toBeUndefined();
    expect(names.keyOf('data/sets/../x')).toBeUndefined();
    expect(names.prefixOf('data/sets/a/')).toBe('a/');
    expect(names.prefixOf('data/sets//')).toBeUndefined();
  });

  it.each(['../x', '/x', 'a//b', 'a/../b'])('refuse the prefix %s with STORAGE_KEY', (prefix) => {
    expect(() => prefixFrom(prefix)).toThrow(expect.objectContaining({ code: 'STORAGE_KEY' }));
  });

  it('refuse what is too long with its prefix with STORAGE_KEY', () => {
    const names = new ObjectNames('long/', 20);

    expect(names.of('x'.repeat(15))).toHaveLength(20);
    expect(() => names.of('x'.repeat(16))).toThrow(
      expect.objectContaining({ code: 'STORAGE_KEY' }),
    );
  });
});
