import { symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { linesOf, SMALL, Workspace } from './workspace.ts';

describe('a hostile project file', () => {
  it('cannot blow up memory with aliases of aliases', async () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0
        ? 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
        : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`,
    );

    const lines = await linesOf(`${levels.join('\n')}\n`);

    expect(lines.filter((line) => line.includes('aliases'))).toEqual([
      expect.stringMatching(/project\.yaml:\d+:\d+ a\d+\[\d\]: aliases .* blow the file up/),
    ]);
  });

  it.each([
    ['lists', '['.repeat(200_000)],
    ['maps', '{a: '.repeat(200_000)],
    ['closed lists', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['block lists', `a:\n${'- '.repeat(5000)}x`],
    ['explicit keys', '? '.repeat(50_000)],
  ])('cannot exhaust the stack with nested %s', async (_what, text) => {
    const lines = await linesOf(text);

    expect(lines[0]).toMatch(/^project\.yaml:1|^project\.yaml:2/);
    expect(lines[0]).toContain('nested more than 100 levels deep');
  });

  it('has a limit of 16 MiB and of two million pieces', async () => {
    expect(await linesOf(`name: ${'x'.repeat(16 * 1024 * 1024)}`)).toEqual([
      'project.yaml:1:1: is 16777222 bytes long; the limit is 16777216',
    ]);
    expect(await linesOf(`a: [${'1,'.repeat(1_100_000)}]`)).toEqual([
      expect.stringContaining('holds more than 500000 values'),
    ]);
  });

  it('may hold values of a megabyte, which no message repeats', async () => {
    const long = 'x'.repeat(1024 * 1024);
    using fine = new Workspace({ 'project.yaml': `${SMALL}      big: { run: "${long}" }\n` });

    const lines = await linesOf(
      `${SMALL}backends: { hpc: { use: local, mode: ${long}, ${long}: 1 } }\n`,
    );

    expect((await fine.load()).warnings).toEqual([]);
    expect(lines).toHaveLength(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(400);
  });

  it('cannot set prototypes, neither in the file nor by --set', async () => {
    const text = `${SMALL}limits: { constructor: 1, toString: 2 }\n`;
    using workspace = new Workspace({ 'project.yaml': text });

    const { limits } = await workspace.load();

    expect(Object.keys(limits)).toEqual(['constructor', 'toString']);
    expect(await linesOf(text, { set: ['limits.__proto__.jobs=1'] })).toEqual([
      '--set limits.__proto__.jobs: expected a path like backends.hpc.slots before the `=`',
    ]);
    expect(({} as { jobs?: number }).jobs).toBeUndefined();
  });

  it.each([
    '../outside.yaml',
    '/etc/hostname',
    'sub/../../outside.yaml',
    'link.yaml',
    'linked/a.yaml',
    '~/x.yaml',
  ])('cannot include %s from outside its folder', async (name) => {
    using outside = new Workspace({ 'outside.yaml': 'name: stolen\n', 'a.yaml': 'name: stolen\n' });
    using workspace = new Workspace({ 'project.yaml': `include: ${name}\n${SMALL}`, 'sub/x': '' });
    symlinkSync(outside.path('outside.yaml'), workspace.path('link.yaml'));
    symlinkSync(outside.directory, workspace.path('linked'));

    const lines = await workspace.lines();

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^project\.yaml:1:10 include\[0\]: (?:".*" is (?:outside|a link)|expected a path relative)/,
    );
  });

  it.each([
    '../plugin.ts',
    './link.ts',
    '/tmp/plugin.js',
    'node:fs',
    'https://example.org/x.js',
    'data:text/javascript,1',
    './nothing.ts',
    './project.yaml',
  ])('cannot load %s as a plugin', async (entry) => {
    using outside = new Workspace({ 'plugin.ts': 'throw new Error("was loaded")' });
    using workspace = new Workspace({ 'project.yaml': `${SMALL}plugins: ["${entry}"]\n` });
    symlinkSync(outside.path('plugin.ts'), workspace.path('link.ts'));

    const lines = await workspace.lines();

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^project\.yaml:6:11 plugins\[0\]: /);
    expect(lines[0]).not.toContain('was loaded');
  });

  it('cannot steer the terminal through messages and excerpts', async () => {
    using workspace = new Workspace({
      'project.yaml': `${SMALL}"\\e[2Jkey\\u202e": 1\n"raw\u{9b}31m": 2\n`,
    });

    const problems = await workspace.problems();

    const shown = problems.flatMap(({ path, message, hint, excerpt }) => [
      path,
      message,
      hint,
      ...(excerpt ?? []),
    ]);
    expect(problems).toHaveLength(2);
    expect(shown.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
