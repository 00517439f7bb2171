import { describe, expect, it } from 'vitest';
import { bytesAsLetters, Pattern } from './pattern.ts';

function matches(pattern: string, path: string): boolean {
  const isFolder = path.endsWith('/');
  return new Pattern(pattern).matches(
    bytesAsLetters(isFolder ? path.slice(0, -1) : path),
    isFolder,
  );
}

describe('a pattern', () => {
  it.each([
    ['foo', ['foo', 'a/foo', 'a/b/foo/'], ['foob', 'afoo', 'foo/a']],
    ['/foo', ['foo', 'foo/'], ['a/foo']],
    ['foo/', ['foo/', 'a/foo/'], ['foo', 'a/foo']],
    ['a/foo', ['a/foo', 'b/a/foo'], ['a/b/foo', 'foo', 'ba/foo']],
    ['/a/foo', ['a/foo'], ['b/a/foo']],
    ['*.nc', ['x.nc', 'a/x.nc', '.nc'], ['x.nc.gz', 'x.nc/a']],
    ['a/*.nc', ['a/x.nc', 'b/a/x.nc'], ['a/b/x.nc']],
    ['a/**.nc', ['a/x.nc', 'a/b/x.nc', 'c/a/b/x.nc'], ['b/x.nc', 'ca/x.nc']],
    ['/a/**/x', ['a/b/x', 'a/b/c/x'], ['a/x', 'b/a/c/x']],
    ['**/x', ['x', 'a/x', 'a/b/x'], ['ax']],
    ['a/***', ['a/', 'a/b', 'a/b/c', 'c/a/', 'c/a/b'], ['a', 'ba/c']],
    ['a/**', ['a/b', 'a/b/c'], ['a/', 'a']],
    ['x?z', ['xyz', 'a/xyz'], ['xz', 'x/z', 'xyyz']],
    ['[abc]x', ['ax', 'd/bx'], ['dx', 'x']],
    ['[!abc]x', ['dx'], ['ax', 'a/x']],
    ['[^a-c]x', ['dx'], ['ax', 'bx']],
    ['[]a]x', [']x', 'ax'], ['bx']],
    ['[a-]x', ['-x', 'ax'], ['bx']],
    ['[z-a]x', ['zx'], ['ax', 'mx']],
    ['[[:digit:]_]x', ['7x', '_x'], ['ax', ':x']],
    ['[[:nonsense:]]x', [], ['nx', 'x', '[[:nonsense:]]x']],
    ['[a/b]', [], ['a', 'b', 'a/b']],
    ['[abc', [], ['a', '[abc']],
    ['a\\*b*', ['a*b', 'a*bc'], ['axb', 'a\\*b']],
    ['a\\b', ['a\\b', 'c/a\\b'], ['ab']],
    ['é', ['é', 'a/é'], ['e']],
    ['??', ['é', 'ab'], ['a', 'abc']],
    ['a.b', ['a.b'], ['axb']],
    ['a+(b)$', ['a+(b)$'], ['aab']],
  ])('%s matches what it does in rsync', (pattern, good, bad) => {
    expect(good.filter((path) => !matches(pattern, path))).toEqual([]);
    expect(bad.filter((path) => matches(pattern, path))).toEqual([]);
  });
});
