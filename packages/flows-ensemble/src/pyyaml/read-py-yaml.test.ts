import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PyBytes,
  PyDate,
  PyDateTime,
  PyDict,
  PySet,
  PyTuple,
  type PyValue,
} from '../python/value.ts';
import { readPyYaml } from './read-py-yaml.ts';

interface Case {
  readonly text: string;
  readonly value?: unknown;
  readonly refused?: true;
}

const GOLDEN = JSON.parse(
  readFileSync(new URL('../../test/fixtures/pyyaml.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

const FLOAT_WORDS = new Map([
  ['inf', 'Infinity'],
  ['-inf', '-Infinity'],
  ['nan', 'NaN'],
]);

/** Golden floats are compared by value: how Python prints them is another matter. */
function asRead(_key: string, value: unknown): unknown {
  const float = (value as { float?: string } | null)?.float;
  if (float === undefined) return value;
  const number = Number(FLOAT_WORDS.get(float) ?? float);
  return { float: Object.is(number, -0) ? '-0' : String(number) };
}

function tagged(value: PyValue): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return { int: String(value) };
  if (typeof value === 'number') return { float: Object.is(value, -0) ? '-0' : String(value) };
  if (value instanceof PyBytes) return { bytes: [...value.bytes] };
  if (value instanceof PyDateTime) return { datetime: value.text };
  if (value instanceof PyDate) return { date: value.text };
  if (value instanceof PyTuple) return { tuple: value.items.map(tagged) };
  if (value instanceof PySet) {
    return { set: value.items.map((item) => JSON.stringify(tagged(item))).sort() };
  }
  if (value instanceof PyDict) {
    return { dict: value.entries().map(([key, item]) => [tagged(key), tagged(item)]) };
  }
  return { list: (value as readonly PyValue[]).map(tagged) };
}

function outcome(text: string): Case {
  const { root, problems } = readPyYaml(text, 'x.yaml');
  if (problems.errors > 0) return { text, refused: true };
  return { text, value: tagged(root?.value ?? null) };
}

function found(text: string): readonly string[] {
  return readPyYaml(text, 'x.yaml')
    .problems.sorted()
    .map(({ line, column, path, kind }) => `${line}:${column} ${path} ${kind}`);
}

describe('readPyYaml', () => {
  it('has enough golden cases to mean something', () => {
    expect(GOLDEN.cases.length).toBeGreaterThan(300);
  });

  it.each(GOLDEN.cases)('reads $text as PyYAML does', (golden) => {
    expect(outcome(golden.text)).toEqual(JSON.parse(JSON.stringify(golden), asRead));
  });

  it.each([
    ["a: 'b'#c\n", '1:7  yaml-syntax'],
    ['x:\n  a: [1,\n  2]\n', '3:3  yaml-syntax'],
    ['a: "x\ny"\n', '2:1  yaml-syntax'],
    ['a: x\u0085b: y\n', '1:5  unreadable-character'],
  ])('is stricter than libyaml about %j', (text, problem) => {
    expect(found(text)).toContain(problem);
  });

  it('says at its place what is read otherwise than expected', () => {
    const text = [
      'length: 12:00:00',
      'nodes: 010',
      'flag: yes',
      'size: 1_000',
      'step: 1e-3',
      'start: 2020-01-01 06:00:00',
      'quoted: "12:00:00"',
      'text: 00:20:00',
      'plain: true',
    ].join('\n');

    expect(found(text)).toEqual([
      '1:9 length base-60-number',
      '2:8 nodes octal-number',
      '3:7 flag word-as-boolean',
      '4:7 size underscored-number',
      '5:7 step exponent-as-text',
      '6:8 start date-as-object',
    ]);
  });

  it('shows what Python makes of a doubtful number', () => {
    const [warning] = readPyYaml('a: {b: 12:30}\n', 'x.yaml').problems.sorted();

    expect(warning?.message).toBe('`12:30` is read as 750');
    expect(warning?.excerpt).toEqual(['a: {b: 12:30}', '       ^']);
  });

  it('warns of keys that are there twice and of merges whose order matters', () => {
    expect(found('a: 1\nb: 2\na: 3\n')).toEqual(['3:1 a duplicate-key']);
    expect(found('x: &x {k: 1}\ny: &y {k: 2}\nz: {<<: [*x, *y]}\n')).toEqual(['3:5 z merge-order']);
    expect(found('x: &x {k: 1}\nz: {<<: *x, k: 2}\n')).toEqual([]);
  });

  it('refuses what blows up, holds itself or is nested without end', () => {
    const bomb = Array.from(
      { length: 30 },
      (_, index) =>
        `a${index}: &a${index} [${index === 0 ? '1' : `*a${index - 1}, *a${index - 1}`}]`,
    );

    expect(found(bomb.join('\n'))).toEqual(['19:12 a18[0] alias-bomb']);
    expect(found('a: &a [*a]\n')).toEqual(['1:8 a[0] alias-unknown']);
    expect(found('['.repeat(100_000))).toEqual(['1:102  too-deep']);
    expect(found(`a: ${'9'.repeat(5000)}\n`)).toEqual(['1:4 a scalar-unreadable']);
  });

  it('names every refusal at its place, and all of them', () => {
    const text = 'a: !x 1\nb: {[1]: 2}\nc: 2021-02-29\nd: =\n';

    expect(found(text)).toEqual([
      '1:7 a tag-unknown',
      '2:5 b unhashable-key',
      '3:4 c scalar-unreadable',
      '4:4 d scalar-unreadable',
    ]);
  });

  it('answers with a tree or with problems, whatever the text', () => {
    const letters = fc.constantFrom(...'ab:-[]{},&*!|>\'"%@#?<~= \n\t0123.eE+_'.split(''));

    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 60 }), (text) => {
        const { root, problems } = readPyYaml(text, 'x.yaml');

        expect(root === undefined || problems.errors === 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
