import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8, storageKeyProblem } from './storage-key.ts';

describe('the order of listings', () => {
  it('is that of the UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareUtf8(a, b))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('puts characters beyond U+FFFF after those before, unlike UTF-16', () => {
    expect(compareUtf8('\uff5e', '😀')).toBeLessThan(0);
  });
});

describe('the rules of keys', () => {
  it.each([
    ['', 'it is empty'],
    ['/a', 'it starts with /'],
    ['a/', 'it ends with /'],
    ['a//b', 'it has an empty segment'],
    ['a/../b', 'it has a segment . or ..'],
    ['.', 'it has a segment . or ..'],
    ['a\nb', 'it holds a control character'],
    ['a\ud800', 'it is not well-formed Unicode'],
    ['é'.repeat(513), 'it is longer than 1024 bytes'],
  ])('refuse %j because %s', (key, why) => {
    expect(storageKeyProblem(key)).toBe(why);
  });

  it.each(['a', '...', '.hidden', 'a/..b/c..', 'é'.repeat(512), 'x y;$(z)'])('accept %j', (key) => {
    expect(storageKeyProblem(key)).toBeUndefined();
  });

  it('accept nothing that a path would resolve to somewhere else', () => {
    const part = fc.constantFrom('.', '..', '', 'a', '...', 'b c');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const key = parts.join('/');
        const isSafe = parts.every((segment) => !['', '.', '..'].includes(segment));
        expect(storageKeyProblem(key) === undefined).toBe(isSafe);
      }),
    );
  });
});
