import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFlowError } from './flow-error.ts';
import { confineKey, confinePath, formatAddress, parseAddress } from './paths.ts';
import { editDistance, suggest } from './suggest.ts';
import {
  attachWritten,
  freeForm,
  scalarList,
  scalarMap,
  valueFrom,
  WrittenNumber,
  writtenText,
} from './written.ts';

/** What an act throws, `undefined` when it does not. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('written numbers', () => {
  it('are found under the key they were attached to and nowhere else', () => {
    const map = { a: 100, b: 1 };
    attachWritten(map, 'a', '100.0');

    expect(writtenText(map, 'a')).toBe('100.0');
    expect(writtenText(map, 'b')).toBeUndefined();
    expect(Object.keys(map)).toEqual(['a', 'b']);
    expect(JSON.stringify(map)).toBe('{"a":100,"b":1}');
    expect(writtenText(Object.create(map) as object, 'a')).toBeUndefined();
  });

  it('become values that know both forms, at any depth', () => {
    const inner = [0.001];
    attachWritten(inner, '0', '1e-3');

    const value = valueFrom({ list: inner, plain: 2 });

    expect(value).toEqual({ list: [new WrittenNumber(0.001, '1e-3')], plain: 2 });
    expect(freeForm().parse(inner)).toEqual([new WrittenNumber(0.001, '1e-3')]);
    expect(JSON.stringify(value)).toBe('{"list":[0.001],"plain":2}');
  });

  it('keep their form in maps and lists of texts', () => {
    const env = { A: 1, B: true, C: 'x' };
    attachWritten(env, 'A', '1.0');
    const argv = ['run', 100];
    attachWritten(argv, '1', '100.0');

    expect(scalarMap().parse(env)).toEqual({ A: '1.0', B: 'true', C: 'x' });
    expect(scalarList().parse(argv)).toEqual(['run', '100.0']);
    expect(scalarMap().safeParse({ A: [1] }).error?.issues[0]).toMatchObject({ path: ['A'] });
    expect(scalarList().safeParse('x').error?.issues[0]?.message).toBe(
      'expected a list, got string',
    );
  });
});

describe('suggestions', () => {
  it.each([
    ['partiton', 'partition'],
    ['memroy', 'memory'],
    ['TASKS', 'tasks'],
    ['x', undefined],
    ['banana', undefined],
  ])('%s: %s', (written, meant) => {
    expect(suggest(written, ['partition', 'memory', 'tasks', 'constraint'])).toBe(meant);
  });

  it('are symmetric and bounded', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (one, other) => {
        expect(editDistance(one, other, 5)).toBe(editDistance(other, one, 5));
        expect(editDistance(one, other, 5)).toBeLessThanOrEqual(6);
        expect(editDistance(one, one, 5)).toBe(0);
      }),
    );
  });
});

describe('paths', () => {
  it.each([
    ['a/./b//c', 'a/b/c'],
    ['a/../b', 'b'],
    ['./', ''],
    ['a/b/', 'a/b/'],
    ['a/b/..', 'a/'],
  ])('%s is %s', (path, short) => {
    expect(confinePath(path)).toBe(short);
  });

  it.each(['/etc/passwd', '..', 'a/../../b', '~/x', 'C:\\x', '\\\\host'])(
    '%s is outside',
    (path) => {
      expect(() => confinePath(path)).toThrow(expect.objectContaining({ code: 'PATH_OUTSIDE' }));
    },
  );

  it.each(['a\nb', 'a\0b', 'x'.repeat(1025)])('refuses what no path should hold', (path) => {
    expect(() => confinePath(path)).toThrow(expect.objectContaining({ code: 'PATH_INVALID' }));
    expect(() => confineKey('')).toThrow(expect.objectContaining({ code: 'PATH_INVALID' }));
  });

  it('are addresses of the storage `local` unless they name one', () => {
    expect(parseAddress('archive:a/b.nc')).toEqual({ storage: 'archive', key: 'a/b.nc' });
    expect(formatAddress(parseAddress('out/x=1.5,y=2.nc'))).toBe('local:out/x=1.5,y=2.nc');
  });

  it('never leave the root', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b c', '...');
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const written = parts.join('/');
        const error = thrownBy(() => confinePath(written));
        const path = error === undefined ? confinePath(written) : '';

        expect(error === undefined || isFlowError(error)).toBe(true);
        expect(path.split('/')).not.toContain('..');
        expect(path.startsWith('/')).toBe(false);
        expect(confinePath(path)).toBe(path);
      }),
    );
  });
});
