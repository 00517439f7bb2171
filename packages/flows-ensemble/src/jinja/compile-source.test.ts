import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PyDict, type PyValue } from '../python/value.ts';
import { compileSource, compileTemplate } from './compile-template.ts';

/** Names that mean something to JavaScript, or that the code of templates uses itself. */
const JAVASCRIPT_NAMES = [
  'globalThis',
  'process',
  'require',
  'eval',
  'arguments',
  'this',
  'constructor',
  '__proto__',
  'let',
  'await',
  'undefined',
  'return',
  'Blocks',
  'Macro',
  'str',
  'r',
  'c',
  'b',
  'o',
  'k0',
  'v0_0',
  't0_1',
  'given',
  'item',
];

const BREAKING_TEXTS = [
  '"); globalThis.broken = true; ("',
  "'); globalThis.broken = true; ('",
  '`${globalThis.broken = true}`',
  '${globalThis.broken = true}',
  '\\"); globalThis.broken = true; ("',
  '\n"); globalThis.broken = true; //',
  '*/ globalThis.broken = true; /*',
  '\u2028globalThis.broken = true\u2029',
  '\0\r\t\x1b\ud800',
  '</script><!--',
];

/** The code without what is inside its literals of texts, and without the numbers of lines. */
function skeleton(source: string): string {
  const { js } = compileSource(source);
  return js.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/r\.line = \d+/g, 'r.line = 1');
}

/** A text as Jinja writes it between quotes. */
function quoted(text: string): string {
  const units = text.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return `'${units.map((unit) => `\\u${unit}`).join('')}'`;
}

/** Every place of a template where a name can stand. */
function namesEverywhere(name: string, other: string): string {
  return [
    `{{ ${name} }}{{ run.${name} }}{{ run['${name}'] }}{{ ${name} is defined }}`,
    `{% set ${name} = 1 %}{{ ${name} }}`,
    `{% for ${name}, ${other} in [(1, 2)] %}{{ ${name} }}{{ loop.index }}{% endfor %}`,
    `{% for ${other} in [1, 2] if ${other} > 1 %}{{ ${other} }}{% endfor %}`,
    `{% macro ${name}(${other}=2) %}{{ ${other} }}{{ kwargs }}{% endmacro %}`,
    `{{ ${name}(${other}=3) }}{{ ${name}(4) }}{{ dict(${name}=5) }}{{ dict(**{'${name}': 6}) }}`,
    `{% set ns = namespace(${name}=7) %}{% set ns.${name} = 8 %}{{ ns.${name} }}`,
    `{% with ${other} = 9 %}{{ ${other} }}{% endwith %}`,
    `{% block ${name} scoped %}{{ ${name} is defined }}{% endblock %}`,
    `{% set ${other} | upper %}x{% endset %}{{ ${other} }}`,
  ].join('\n');
}

describe('the code that a template becomes', () => {
  it.each(JAVASCRIPT_NAMES)('takes the name %s as any other name', (name) => {
    const [common, hostile] = [namesEverywhere('first', 'second'), namesEverywhere(name, 'second')];
    const names = new Map<string, PyValue>([['run', new PyDict()]]);

    const expected = compileTemplate(common, 'a').render(names).replaceAll('first', name);

    expect(skeleton(hostile)).toBe(skeleton(common));
    expect(compileTemplate(hostile, 'b').render(names)).toBe(expected);
  });

  it.each(JAVASCRIPT_NAMES)('does not reach what JavaScript calls %s', (name) => {
    const source = `{{ ${name} }}{{ ${name} is defined }}{{ run.${name} is defined }}`;

    expect(compileTemplate(source, 'a').render(new Map([['run', 1n]]))).toBe('FalseFalse');
  });

  it.each(BREAKING_TEXTS)('keeps the text %j a text', (text) => {
    const source = (part: string) =>
      `${part}{{ ${quoted(part)} }}{{ run[${quoted(part)}] }}{{ {${quoted(part)}: 1} | length }}{{ ${quoted(part)} ~ 1 }}{% if 'a' == ${quoted(part)} %}{% endif %}`;
    const shown = text.replace('\r', '\n');

    const written = compileTemplate(source(text), 'a').render(new Map([['run', new PyDict()]]));

    expect(written).toBe(`${shown}${text}1${text}1`);
    expect(skeleton(source(text))).toBe(skeleton(source('plain')));
    expect('broken' in globalThis).toBe(false);
  });

  it('is the same whatever a text says', () => {
    const source = (part: string) => `{{ ${quoted(part)} }}{{ run[${quoted(part)}] }}`;

    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        expect(skeleton(source(text))).toBe(skeleton(source('a')));
      }),
    );
  });

  it('holds only the helpers of the compiler, its own variables and words of JavaScript', () => {
    const words = skeleton(namesEverywhere('process', 'globalThis')).match(/[A-Za-z_$][\w$]*/g);
    const own = (words ?? []).filter((word) => /process|globalThis|require|import|this/.test(word));

    expect(own).toEqual([]);
  });
});
