import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFlowError } from '../flow-error.ts';
import { attachWritten, plainValue, scalarText } from '../written.ts';
import { type ParameterSpace, parameterSpace } from './parameter-space.ts';
import { rangeColumn } from './range.ts';
import { Parameters } from './schema.ts';

function spaceOf(config: unknown, file = ''): ParameterSpace {
  return parameterSpace(Parameters.parse(config), () => file);
}

/** What an act throws, `undefined` when it does not. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

function rows(space: ParameterSpace): unknown[] {
  return Array.from({ length: space.size }, (_, index) => plainValue(space.at(index)));
}

function labels(space: ParameterSpace): string[] {
  return Array.from({ length: space.size }, (_, index) => space.label(index));
}

function problems(config: unknown): string[] {
  return (Parameters.safeParse(config).error?.issues ?? []).map(
    (issue) => `${issue.path.join('.')}: ${issue.message}`,
  );
}

function texts(
  bounds: readonly number[],
  written: readonly string[] = bounds.map(String),
): string[] {
  const list = [...bounds];
  written.forEach((text, index) => {
    attachWritten(list, String(index), text);
  });
  const space = spaceOf({ range: { x: list } });
  return Array.from({ length: space.size }, (_, index) => scalarText(space.at(index)['x']) ?? '');
}

describe('ranges', () => {
  it('include the stop and calculate in decimals', () => {
    expect(texts([0.1, 1, 0.1], ['0.1', '1.0', '0.1'])).toEqual([
      '0.1',
      '0.2',
      '0.3',
      '0.4',
      '0.5',
      '0.6',
      '0.7',
      '0.8',
      '0.9',
      '1.0',
    ]);
    expect(texts([1, 5, 2])).toEqual(['1', '3', '5']);
    expect(texts([3, 1])).toEqual(['3', '2', '1']);
    expect(texts([1, 0, -0.5], ['1.00', '0', '-0.5'])).toEqual(['1.00', '0.50', '0.00']);
    expect(texts([0, 1, 0.3])).toEqual(['0.0', '0.3', '0.6', '0.9']);
    expect(texts([0.001, 0.002, 0.001], ['1e-3', '2e-3', '1e-3'])).toEqual(['0.001', '0.002']);
  });

  it('are exact for all decimals', () => {
    const decimal = fc.tuple(
      fc.integer({ min: -9999, max: 9999 }),
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 6 }),
    );
    fc.assert(
      fc.property(decimal, ([start, step, count, decimals]) => {
        const text = (scaled: number): string => (scaled / 10 ** decimals).toFixed(decimals);
        const written = [start, start + count * step, step].map(text);
        const expected = Array.from({ length: count + 1 }, (_, index) =>
          text(start + index * step).replace(/^-(0(\.0*)?)$/, '$1'),
        );

        expect(texts(written.map(Number), written)).toEqual(expected);
      }),
    );
  });

  it('are cut off at a million values and computed when asked for', () => {
    expect(rangeColumn('x', [1, 1_000_000]).at(999_999)).toBe(1_000_000);
    expect(() => rangeColumn('x', [0, 1_000_000])).toThrow(
      expect.objectContaining({ code: 'PARAMETERS_TOO_MANY' }),
    );
    expect(problems({ range: { x: [0, 1, 1e-9] } })).toEqual([
      expect.stringMatching(/^range.x: .* expected at most 1000000/),
    ]);
  });

  it.each([[[1, 2, 0]], [[1, 2, -1]], [[1]], [['a', 2]], [{ start: 1 }]])('refuse %j', (range) => {
    expect(problems({ range: { x: range } })).toHaveLength(1);
  });
});

describe('combination', () => {
  it('varies the last name fastest', () => {
    const list = fc.array(fc.integer(), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(list, list, list, (a, b, c) => {
        const expected = a.flatMap((x) => b.flatMap((y) => c.map((z) => ({ a: x, b: y, c: z }))));

        expect(rows(spaceOf({ matrix: { a, b, c } }))).toEqual(expected);
      }),
    );
  });

  it('joins matrix, range, zip, listed members and fixed values', () => {
    const space = spaceOf({
      matrix: { a: [1, 2] },
      range: { r: [1, 2] },
      zip: { x: [1, 2], y: ['p', 'q'] },
      parameters: { k: 'v' },
    });

    expect(space.size).toBe(8);
    expect(plainValue(space.at(3))).toEqual({ k: 'v', a: 1, r: 2, x: 2, y: 'q' });
    expect(space.label(3)).toBe('a=1,r=2,x=2,y=q');
    expect(rows(spaceOf({ parameters: [{ a: 1 }, { b: 2 }] }))).toEqual([
      { a: 1, b: null },
      { a: null, b: 2 },
    ]);
  });

  it('refuses lists of different length in a zip', () => {
    expect(problems({ zip: { a: [1], b: [1, 2] } })).toEqual([
      'zip: zip needs lists of the same length: a has 1, b has 2',
    ]);
  });

  it('leaves out what is excluded, by value or by expression', () => {
    const space = spaceOf({
      matrix: { a: [1, 2, 3], b: [1, 2, 3] },
      exclude: [{ a: 1, b: [2, 3] }, 'a == 3 and b > 1'],
    });

    expect(labels(space)).toEqual(['a=1,b=1', 'a=2,b=1', 'a=2,b=2', 'a=2,b=3', 'a=3,b=1']);
    expect(() => spaceOf({ matrix: { alpha: [1] }, exclude: { alhpa: 1 } })).toThrow(
      /did you mean "alpha"/,
    );
  });

  it('makes members when they are asked for, however many there are', () => {
    const space = spaceOf({ range: { a: [1, 1000], b: [1, 1000] } });

    expect(space.size).toBe(1_000_000);
    expect(plainValue(space.at(999_999))).toEqual({ a: 1000, b: 1000 });
    expect(() => spaceOf({ range: { a: [1, 100_000], b: [1, 100_000] } })).toThrow(
      expect.objectContaining({ code: 'PARAMETERS_TOO_MANY' }),
    );
  });
});

describe('parameter files', () => {
  it('are CSV with quotes, line breaks and numbers as written', () => {
    const space = spaceOf(
      { from: 'p.csv' },
      '\uFEFFname, depth,note,on\r\na,100.0,"x, ""y""\nz",true\r\n\r\n"7",1e-3,,false',
    );

    expect(rows(space)).toEqual([
      { name: 'a', depth: 100, note: 'x, "y"\nz', on: true },
      { name: '7', depth: 0.001, note: null, on: false },
    ]);
    expect(scalarText(space.at(1)['depth'])).toBe('1e-3');
    expect(labels(space)).toEqual(['name=a', 'name=7']);
  });

  it('are JSON lists of maps with numbers as written', () => {
    const space = spaceOf({ from: 'p.json' }, '[{ "a": 100.0 }, { "a": 2, "b": [1.50] }]');

    expect(scalarText(space.at(0)['a'])).toBe('100.0');
    expect(rows(space)[1]).toEqual({ a: 2, b: [1.5] });
  });

  it.each([
    ['p.csv', 'a,b\n1\n', /line 2: expected 2 cells, got 1/],
    ['p.csv', 'a,a\n', /two columns called a/],
    ['p.csv', 'a b\n', /cannot be the name/],
    ['p.csv', '', /is empty/],
    ['p.csv', 'a\n"x', /line 2 is not closed/],
    ['p.json', '{', /not JSON/],
    ['p.json', '[1]', /item 0: expected a map/],
  ])('%s %j is refused', (from, text, message) => {
    expect(() => spaceOf({ from }, text)).toThrow(
      expect.objectContaining({
        code: 'PARAMETERS_FILE',
        message: expect.stringMatching(message) as string,
      }),
    );
  });

  it('never make anything but FlowErrors', () => {
    fc.assert(
      fc.property(fc.constantFrom('p.csv', 'p.json'), fc.string(), (from, text) => {
        const error = thrownBy(() => spaceOf({ from }, text));

        expect(error === undefined || isFlowError(error)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('labels', () => {
  it('are unique and fit for file names, whatever the values', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.integer()),
    );
    const list = fc.array(value, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        const space = spaceOf({ matrix: { a, b } });
        const all = labels(space);

        expect(new Set(all).size).toBe(a.length * b.length);
        for (const label of all) expect(label).toMatch(/^[A-Za-z0-9_.+=,~-]{0,200}$/);
      }),
    );
  });

  it('do not change when other values are added', () => {
    const long = 'x'.repeat(300);
    const before = spaceOf({ matrix: { a: [long, 'b/c'] } });
    const after = spaceOf({ matrix: { a: ['new', long, 'b/c'] } });

    expect(labels(after).slice(1)).toEqual(labels(before));
    expect(labels(before)[1]).toMatch(/^a=b-c~[a-z0-9]{8}$/);
  });
});

describe('problems', () => {
  it('are all found at once', () => {
    expect(
      problems({
        matrix: { 'a-b': [1], c: [] },
        from: 'x.txt',
        exclude: ['1 +'],
        zip: [],
        colour: 1,
      }),
    ).toHaveLength(6);
  });
});
