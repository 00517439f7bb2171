import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFlowError } from '../flow-error.ts';
import { WrittenNumber } from '../written.ts';
import { LazyFields } from './compile.ts';
import { compileCondition, compileTemplate } from './template.ts';

const scope = {
  thickness: new WrittenNumber(100, '100.0'),
  name: 'ice',
  list: [3, 1, 2],
  map: { a: 1, 'b-c': 2 },
  yes: true,
};

const evaluate = (text: string): unknown => compileTemplate(`{{ ${text} }}`).evaluate(scope);

/** What an act throws, `undefined` when it does not. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('expressions', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ** 3 ** 2', 512],
    ['-2 ** 2', -4],
    ['7 // 2', 3],
    ['-7 % 3', 2],
    ['7 / 2', 3.5],
    ['0.1 + 0.2', 0.3],
    ['thickness / 4', 25],
    ['thickness == 100', true],
    ['1 < 2 and not false', true],
    ['"a" < "b"', true],
    ['1 if yes else 2', 1],
    ['yes ? 1 : 2', 1],
    ['!yes || 3', 3],
    ['yes && 4', 4],
    ['2 in list', true],
    ['"x" not in name', true],
    ['map.a', 1],
    ["map['b-c']", 2],
    ['list[0]', 3],
    ['list[-1]', 2],
    ['name[0]', 'i'],
    ['missing | default(5)', 5],
    ['map.x | default(name)', 'ice'],
    ['null | default(1)', 1],
    ['name + 1.50', 'ice1.50'],
  ])('%s', (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });

  it.each([
    ['name | upper', 'ICE'],
    ["' x ' | trim", 'x'],
    ["'a-b' | replace('-', '+')", 'a+b'],
    ["'a,b' | split(',')", ['a', 'b']],
    ["list | join('/')", '3/1/2'],
    ['list | length', 3],
    ['list | first', 3],
    ['list | last', 2],
    ['2.567 | round(1)', 2.6],
    ["'7' | int", 7],
    ['3.9 | int', 3],
    ["'1e3' | float | round", 1000],
    ['5 | str', '5'],
    ["'/a/b.tar.gz' | basename", 'b.tar.gz'],
    ["'/a/b.tar.gz' | dirname", '/a'],
    ["'/a/b.tar.gz' | stem", 'b.tar'],
    ["'/a/b.tar.gz' | ext", '.gz'],
    ['7 | pad(3)', '007'],
    ['-7 | zfill(4)', '-007'],
    ['min(3, 1)', 1],
    ['list | max', 3],
    ['list | sum', 6],
    ['list | sort', [1, 2, 3]],
    ['list | sort(true)', [3, 2, 1]],
    ['[1, 1.0, "1"] | unique | length', 2],
    ['range(3)', [0, 1, 2]],
    ['range(1, 2, 0.5)', [1, 1.5]],
    ['map | keys', ['a', 'b-c']],
    ['map | values', [1, 2]],
    ['[1.0, name] | json', '[1.0,"ice"]'],
    ['"it\'s" | quote', "'it'\\''s'"],
    ['name | startswith("i")', true],
    ['-2.5 | abs', 2.5],
    ['2.1 | ceil', 3],
    ['[1, 2] | reverse', [2, 1]],
  ])('%s', (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });

  it('keep the form in which numbers were written', () => {
    const render = (text: string): string => compileTemplate(text).render(scope);

    expect(render('t={{ thickness }}')).toBe('t=100.0');
    expect(render('{{ 1e-3 }} {{ -1.0 }} {{ 2 | format(2) }}')).toBe('1e-3 -1.0 2.00');
    expect(render('{{ list }}')).toBe('3 1 2');
    expect(evaluate('thickness')).toBe(scope.thickness);
  });

  it('leave braces and references alone where asked', () => {
    const text = '{{{{ x }} {{ "}}" }} ${env:A} ${secret:B}';

    expect(compileTemplate(text).render({})).toBe('{{ x }} }} ${env:A} ${secret:B}');
  });

  it('evaluate bare conditions', () => {
    expect(compileCondition('thickness > 50').evaluate(scope)).toBe(true);
    expect(compileCondition('{{ thickness > 500 }}').evaluate(scope)).toBe(false);
  });
});

describe('errors', () => {
  it.each([
    ['{{ thicknes }}', 'TEMPLATE_UNKNOWN_NAME', /did you mean "thickness"\?, at character 4/],
    ['{{ map.aa }}', 'TEMPLATE_UNKNOWN_NAME', /did you mean "a"/],
    ['{{ list[9] }}', 'TEMPLATE_UNKNOWN_NAME', /no item 9 in 3/],
    ['a {{ 1 + }}', 'TEMPLATE_SYNTAX', /expected a value, at character 10/],
    ['{{ 1', 'TEMPLATE_SYNTAX', /not closed/],
    ['{{ }}', 'TEMPLATE_SYNTAX', /nothing between/],
    ["{{ 'a }}", 'TEMPLATE_SYNTAX', /string is not closed/],
    ['{{ 1 < 2 < 3 }}', 'TEMPLATE_SYNTAX', /do not chain/],
    ['{{ uper(name) }}', 'TEMPLATE_UNKNOWN_FUNCTION', /did you mean "upper"/],
    ['{{ name | pad }}', 'TEMPLATE_SYNTAX', /takes 2 to 3 values, got 1/],
    ['{{ 1 / 0 }}', 'TEMPLATE_VALUE', /division by zero/],
    ['{{ name - 1 }}', 'TEMPLATE_VALUE', /needs a number, got a text/],
    ['x {{ map }}', 'TEMPLATE_VALUE', /cannot stand in a text/],
    ['{{ range(1e9) }}', 'TEMPLATE_LIMIT', /1000000000 values/],
    [`{{ ${'('.repeat(100)}1${')'.repeat(100)} }}`, 'TEMPLATE_LIMIT', /nested too deeply/],
    [`{{ ${'1+'.repeat(1500)}1 }}`, 'TEMPLATE_LIMIT', /too many parts/],
    [`{{ '${'x'.repeat(5000)}' }}`, 'TEMPLATE_SYNTAX', /not closed/],
  ])('%s', (text, code, message) => {
    expect(() => compileTemplate(text).render(scope)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });

  it('bound what an expression can make', () => {
    const doubling = `{{ ('x' | pad(9999) | replace('0', 'y' | pad(9999))) }}`;

    expect(() => compileTemplate(doubling).render({})).toThrow(
      expect.objectContaining({ code: 'TEMPLATE_LIMIT' }),
    );
  });

  it.each([
    'constructor',
    '__proto__',
    'map.constructor',
    'map.__proto__',
    'name.length',
    "map['toString']",
    'list.map',
    'toString',
    'lazy.constructor',
  ])('give no way to what is not plain data: %s', (text) => {
    class Lazy extends LazyFields {
      field(): undefined {
        return undefined;
      }
      names(): readonly string[] {
        return [];
      }
    }

    expect(() => compileTemplate(`{{ ${text} }}`).evaluate({ ...scope, lazy: new Lazy() })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^TEMPLATE_/) as string }),
    );
  });

  it('are FlowErrors, whatever the text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{{',
        '}}',
        'name',
        'list',
        'map',
        '.',
        '[',
        ']',
        '(',
        ')',
        '|',
        '+',
        '-',
        '*',
        '**',
        '/',
        '//',
        '%',
        '<',
        '==',
        'in',
        'not',
        'and',
        'or',
        'if',
        'else',
        '?',
        ':',
        ',',
        '1',
        '2.50',
        '"a"',
        "'",
        ' ',
        'upper',
        'join',
        'sort',
        'pad',
        'range',
        'default',
        'raw',
        'json',
        'split',
        'format',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const error = thrownBy(() => compileTemplate(`{{ ${pieces.join(' ')} }}`).render(scope));

        expect(error === undefined || isFlowError(error)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('names', () => {
  it('are those the text refers to', () => {
    const { names } = compileTemplate(
      "{{ tasks.list.result[0].x }} {{ a + b['c'] }} {{ d.e | default(f) }}",
    );

    expect(names.map(({ path, optional }) => `${path.join('.')}${optional ? '?' : ''}`)).toEqual([
      'tasks.list.result.0.x',
      'a',
      'b.c',
      'd.e?',
      'f',
    ]);
  });
});
