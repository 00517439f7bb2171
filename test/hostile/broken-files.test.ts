import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectEnd, expectSober } from '../support/sober.ts';
import { Workspace } from '../support/workspace.ts';

const SOUND = `name: sound
limits: { few: 2 }
flows:
  work:
    matrix: { n: [1, 2] }
    tasks:
      t:
        run: "echo {{ n }}"
        env: { A: "1" }
`;

const BOMB = `name: bomb\nlol0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n${Array.from(
  { length: 12 },
  (_unused, at) => `lol${at + 1}: &l${at + 1} [${Array(9).fill(`*l${at}`).join(', ')}]\n`,
).join('')}`;

const PROTOTYPE = `name: proto
__proto__: { polluted: true }
constructor: { prototype: { polluted: true } }
flows:
  __proto__: { tasks: { t: { run: "echo" } } }
  work:
    parameters: { __proto__: { x: 1 }, constructor: 1 }
    tasks: { toString: { run: "echo" }, hasOwnProperty: { needs: __proto__, run: "echo" } }
`;

/** Broken texts, and what the answer must name beside the place. */
const BROKEN: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['a bracket that is never closed', SOUND.replace('[1, 2]', '[1, 2'), /yaml:\d+:\d+/],
  ['a quote that is never closed', SOUND.replace('"1"', '"1'), /yaml:\d+:\d+/],
  ['a tab for indentation', SOUND.replace('    tasks', '\ttasks'), /yaml:\d+:\d+/],
  ['a key twice', `${SOUND}name: again\n`, /yaml:10:1/],
  ['a misspelt key', SOUND.replace('matrix', 'matrx'), /yaml:5:5 .*matrx[\s\S]*matrix/],
  ['a wrong type', SOUND.replace('few: 2', 'few: many'), /yaml:2:16 limits\.few/],
  ['only a comment', '# nothing\n', /project\.yaml/],
  ['a list', '- a\n- b\n', /yaml:1:1/],
  ['a text', 'just text\n', /yaml:1:1/],
  ['two documents', `${SOUND}---\n${SOUND}`, /yaml:\d+:\d+/],
  ['a tag that makes objects', SOUND.replace('few: 2', 'few: !!js/function "x"'), /yaml:2:\d+/],
  ['a merge key', `${SOUND}x: &x { a: 1 }\ny: { <<: *x }\n`, /yaml:1\d:\d+/],
  ['an alias to nothing', SOUND.replace('few: 2', 'few: *nothing'), /yaml:2:\d+/],
  ['an alias to itself', 'name: a\nx: &x [*x]\n', /yaml:2:\d+/],
  ['a bomb of aliases', BOMB, /yaml:\d+:\d+/],
  ['10,000 levels of brackets', `name: deep\nx: ${'['.repeat(10_000)}`, /yaml:2:\d+/],
  [
    '10,000 levels of maps',
    `name: deep\nx: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}\n`,
    /yaml:2:\d+/,
  ],
  ['keys of prototypes', PROTOTYPE, /yaml:2:1[\s\S]*__proto__/],
  ['NUL characters', SOUND.replace('echo', 'ec\0ho'), /yaml:\d+:\d+|project\.yaml/],
  ['a NUL written in YAML', SOUND.replace('echo', 'ec\\0ho'), /yaml:\d+:\d+/],
  ['bytes that are no UTF-8', Buffer.from([0x6e, 0x61, 0xff, 0xfe, 0x3a, 0x20]), /UTF-8/],
  ['UTF-16', Buffer.from(SOUND, 'utf16le'), /project\.yaml/],
  ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]), /project\.yaml/],
  ['an unknown flow', SOUND.replace('    tasks', '    needs: [wrk]\n    tasks'), /yaml:\d+:\d+/],
  ['a circle of tasks', SOUND.replace('env:', 'needs: t\n        env:'), /yaml:\d+:\d+/],
  ['a broken expression', SOUND.replace('{{ n }}', '{{ n + }}'), /yaml:8:\d+/],
  [
    'an expression that would run code',
    SOUND.replace('{{ n }}', '{{ process.exit(1) }}'),
    /yaml:8:\d+/,
  ],
  [
    'a way to the constructor',
    SOUND.replace('{{ n }}', "{{ n.constructor.constructor('return process')() }}"),
    /yaml:8:\d+/,
  ],
  [
    'an unknown plugin',
    SOUND.replace('limits', 'plugins: [orchestrate-none]\nlimits'),
    /npm install/,
  ],
  ['an unknown backend', SOUND.replace('matrix', 'backend: slrm\n    matrix'), /yaml:5:\d+/],
];

/** Files that have no line to show. */
const LINELESS: readonly (readonly [string, string, RegExp])[] = [
  ['nothing at all', '', /yaml:1:1: the file is empty/],
  ['17 MiB of spaces', ' '.repeat(17 * 1024 * 1024), /yaml:1:1.*limit/],
];

describe.concurrent('a project file that is broken', () => {
  it('is sound to begin with', async () => {
    using workspace = new Workspace({ 'project.yaml': SOUND });

    expect(await workspace.call('validate')).toMatchObject({ code: 0 });
  });

  it.each(BROKEN)(
    'is refused with its place and without a trace: %s',
    async (_name, text, told) => {
      using workspace = new Workspace();
      workspace.write('project.yaml', text);
      const ended = await workspace.call('run');

      expectSober(ended);
      expect(ended.code, ended.stdout + ended.stderr).toBe(2);
      expect(ended.stderr).toMatch(told);
      const places = ended.stderr.match(/^project\.yaml:\d+:\d+/gm) ?? [];
      const carets = ended.stderr.match(/^\s*\|\s*\^/gm) ?? [];
      expect(carets.length, ended.stderr).toBeGreaterThanOrEqual(Math.min(1, places.length));
      expect(ended.stderr.length).toBeLessThan(20_000);
      expect(existsSync(workspace.path('.orchestrate', 'journal.db'))).toBe(false);
    },
  );

  it.each(LINELESS)('is refused as a whole: %s', async (_name, text, told) => {
    using workspace = new Workspace({ 'project.yaml': text });
    const ended = await workspace.call('run');

    expectEnd(ended, 2);
    expect(ended.stderr).toMatch(told);
  });

  it('has all of its problems told at once', async () => {
    using workspace = new Workspace({
      'project.yaml': SOUND.replace('few: 2', 'few: many')
        .replace('matrix', 'matrx')
        .replace('env', 'enf'),
    });
    const { stderr, code } = await workspace.call('validate');

    expect(code).toBe(2);
    for (const place of [':2:16', ':5:5', ':9:9']) expect(stderr).toContain(place);
  });

  it('is missing, a folder, or unreadable', async () => {
    using workspace = new Workspace();
    for (const prepare of [() => {}, () => workspace.write('project.yaml/inner.txt', '')]) {
      prepare();
      const ended = await workspace.call('run');
      expectSober(ended);
      expect(ended.code).toBe(2);
    }
    expect(readdirSync(workspace.folder)).toEqual(['project.yaml']);
  });
});
