import { writtenText } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { linesOf, SMALL, Workspace } from './workspace.ts';

describe('strict YAML', () => {
  it.each([
    [
      'a key twice',
      'name: a\nname: b\n',
      '2:1 name: this key is already in line 1 (keep one of the two)',
    ],
    [
      'a tag',
      'name: !!str demo\n',
      '1:13 name: tags are not supported: !!str (leave the tag away; quote a text that must stay one)',
    ],
    [
      'a foreign tag',
      'name: !!js/function "x"\n',
      '1:21 name: tags are not supported: !!js/function (leave the tag away; quote a text that must stay one)',
    ],
    [
      'a merge key',
      'a: &a { b: 1 }\nc: { <<: *a }\n',
      '2:6 c: merge keys (`<<`) are not supported (use a profile, `include`, or an alias for the whole value)',
    ],
    ['an unknown alias', 'name: *nobody\n', '1:7 name: there is no `&nobody` above'],
    ['an alias within itself', 'flows: &f [*f]\n', '1:12 flows[0]: `*f` would hold itself'],
    [
      'a list as key',
      '? [a, b]\n: c\n',
      '1:3: a key must be a text (write `key: value`, with quotes around anything unusual)',
    ],
    [
      '__proto__',
      'limits: { __proto__: 1 }\n',
      '1:11 limits: `__proto__` may not be used as a key',
    ],
    [
      'an open bracket',
      'flows: [a, b\n',
      '1:12: a bracket is not closed: expected ] (or the lines within the brackets need more indentation)',
    ],
    ['an open quote', 'name: "demo\n', '1:11: a text in "quotes" is not closed'],
    ['a tab', 'flows:\n\ta: 1\n', '2:1: the line is indented with a tab (indent with spaces)'],
    [
      'two colons',
      'name: a b: c\n',
      '1:7: there is a second `: ` in this line (quote the text if the `:` belongs to it)',
    ],
    [
      'uneven keys',
      'a:\n  b: 1\n c: 2\n',
      '3:1: this line is indented differently from the keys it belongs to (indent what belongs together alike, with spaces)',
    ],
    ['a strange beginning', 'name: @x\n', '1:7: a text may not begin with @ (quote the text)'],
    [
      'two documents',
      'name: a\n---\nname: b\n',
      '2:1: a second document begins here (keep one document per file, without a second `---`)',
    ],
    [
      'an empty file',
      '# nothing\n',
      '1:1: the file is empty (`orchestrate init` makes a first project)',
    ],
    ['a list', '- a\n', '1:1: expected a map of settings, like `name: my-project`'],
    ['a NUL', 'name: "a\\0b"\n', '1:7 name: a text may not hold a NUL character'],
  ])('refuses %s with its place', async (_what, text, expected) => {
    const lines = await linesOf(text);

    expect(lines).toContain(`project.yaml:${expected}`);
  });

  it('refuses bytes that are not UTF-8 where they are', async () => {
    using workspace = new Workspace();
    workspace.write('project.yaml', Buffer.from('name: a\ntitle: \xe9t\xe9\n', 'latin1'));

    expect(await workspace.lines()).toEqual(['project.yaml:2:8: is not UTF-8 text']);
  });

  it('reads aliases as copies of what they name', async () => {
    using workspace = new Workspace({
      'project.yaml': `${SMALL}backends: { a: &a { use: local, slots: 2 }, b: *a }\ndefaults: { backend: a }\n`,
    });

    const { backends } = await workspace.load();

    expect(backends.get('b')?.config).toEqual({ slots: 2 });
  });

  it('reads scalars by YAML 1.2 and remembers how numbers were written', async () => {
    using workspace = new Workspace({
      'project.yaml':
        'name: d\nflows:\n  s: { use: sweep, with: { template: t, matrix: { x: [100.0, 2.50, 0x1F, 7], y: 1e3, z: ~, big: 12345678901234567890 } } }\n',
    });

    const { flows } = await workspace.load();

    const matrix = Reflect.get(Object(flows[0]?.config), 'matrix') as Record<string, object>;
    expect(matrix).toEqual({ x: [100, 2.5, 31, 7], y: 1000, z: null, big: 12345678901234567000 });
    const forms = ['0', '1', '2', '3'].map((index) => writtenText(matrix['x'] ?? [], index));
    expect(forms).toEqual(['100.0', '2.50', '0x1F', undefined]);
    expect(writtenText(matrix, 'big')).toBe('12345678901234567890');
  });
});

describe('scalars that YAML 1.1 and 1.2 read differently', () => {
  const warningsOf = (value: string) =>
    linesOf(
      `name: d\nflows:\n  s: { use: sweep, with: { template: t, matrix: { x: ${value} } } }\n`,
    );

  it.each([
    ['yes', 'the text "yes"', 'true'],
    ['Off', 'the text "Off"', 'false'],
    ['n', 'the text "n"', 'false'],
    ['012', 'the number 12', 'the number 10'],
    ['-010', 'the number -10', 'the number -8'],
    ['089', 'the number 89', 'the text "089"'],
    ['0o7', 'the number 7', 'the text "0o7"'],
    ['0b101', 'the text "0b101"', 'the number 5'],
    ['1_000', 'the text "1_000"', 'the number 1000'],
    ['12:30:00', 'the text "12:30:00"', 'the number 45000'],
    ['1e-3', 'the number 0.001', 'the text "1e-3"'],
    ['1.5e3', 'the number 1500', 'the text "1.5e3"'],
    ['2001-12-14', 'the text "2001-12-14"', 'a date'],
  ])('warns of %s', async (value, now, old) => {
    const lines = await warningsOf(value);

    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      `flows.s.with.matrix.x: \`${value}\` is read as ${now}; YAML 1.1 tools read ${old}`,
    );
  });

  it.each([
    '"yes"',
    "'012'",
    'true',
    '~',
    'null',
    '1',
    '-1',
    '0',
    '1.5',
    '1.0e+3',
    '.inf',
    '-.INF',
    '.nan',
    '0x1F',
    'abc',
    'none',
    'on time',
    '1.2.3',
    '+',
    '.',
    '12:75',
  ])('says nothing of %s', async (value) => {
    expect(await warningsOf(value)).toEqual([]);
  });

  it('says it once for a text that comes often', async () => {
    expect(await warningsOf('[yes, yes, no, yes]')).toHaveLength(2);
  });
});
