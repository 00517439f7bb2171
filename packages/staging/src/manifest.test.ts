import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEADER_BYTES, manifestText, readHeader, readManifestText } from './manifest.ts';

const BY = { project: 'p', run: '1', task: 'a/b', attempt: 2, version: '0.1.0' };
const ABOUT = { state: 'complete', by: BY, at: '2026-01-01T00:00:00.000Z' } as const;

const name = fc
  .string({ minLength: 1, maxLength: 20 })
  .map((text) => `f${text.replaceAll(/[/\p{Cc}\p{Cs}]/gu, '_')}`);
const entries = fc.uniqueArray(
  fc.record({
    path: name,
    bytes: fc.nat(),
    sha256: fc.string({
      minLength: 64,
      maxLength: 64,
      unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    }),
  }),
  { selector: ({ path }) => path },
);

describe('a manifest', () => {
  it('says what it was made of', () => {
    fc.assert(
      fc.property(entries, (files) => {
        const read = readManifestText('s:x/', manifestText(files, ABOUT));
        expect(new Map(read.entries.map((entry) => [entry.path, entry]))).toEqual(
          new Map(files.map((entry) => [entry.path, entry])),
        );
        expect(read).toMatchObject({ ...ABOUT, files: files.length });
      }),
    );
  });

  it('is not believed when any of it was changed or is missing', () => {
    const text = manifestText([{ path: 'a', bytes: 1, sha256: 'a'.repeat(64) }], ABOUT);
    fc.assert(
      fc.property(fc.nat(text.length - 2), (at) => {
        expect(() => readManifestText('s:x/', text.slice(0, at))).toThrow(/manifest of s:x\//);
      }),
    );
    expect(() => readManifestText('s:x/', text.replace('"a",1', '"a",2'))).toThrow(/digest/);
  });

  it('names no file outside of its folder', () => {
    for (const path of ['../a', '/a', 'a/../../b', ''])
      expect(() =>
        readManifestText('s:x/', manifestText([{ path, bytes: 1, sha256: 'a'.repeat(64) }], ABOUT)),
      ).toThrow(/names no file/);
  });

  it('has a header that one short read holds, however long names are', () => {
    const long = 'x'.repeat(5000);
    const text = manifestText([], { ...ABOUT, by: { ...BY, task: long } });
    expect(readHeader('s:x/', text.slice(0, HEADER_BYTES)).by.task).toHaveLength(1000);
  });
});
