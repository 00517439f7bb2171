import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sentinel, snapshot } from '../support/sentinel.ts';
import { expectEnd, expectSober } from '../support/sober.ts';
import { jsonLines, Workspace } from '../support/workspace.ts';

/** Values that do harm wherever a shell, a file system, a terminal or a prototype gets hold of them. */
const VALUES: readonly string[] = [
  '$(touch pwned)',
  '`touch pwned`',
  '; touch pwned;',
  '" ; touch pwned ; "',
  "' ; touch pwned ; '",
  '| touch pwned',
  '&& touch pwned',
  '> pwned',
  '\ntouch pwned\n',
  '-rf',
  '--help',
  '-',
  '../../outside/precious.txt',
  '/etc/passwd',
  '~root',
  '*',
  '?[a-z]{a,b}',
  '$HOME ${IFS} $0 !!',
  '\\',
  '\\n\\0\\x41',
  '%s%n%d',
  'ünïcødé ☃ 𝒳 \u202egnp.exe',
  '\u001b[2J\u001b]0;title\u0007',
  '__proto__',
  'constructor',
  '{{ 1 + 1 }}',
  '{{{{ 1 + 1 }}',
  '',
  ' ',
  '#',
  'null',
  '1e-3',
];

const ECHO = `import { writeFileSync } from 'node:fs';
writeFileSync(process.argv[2], JSON.stringify([process.argv.slice(3), process.env.VALUE]));
`;

const LIST = JSON.stringify(VALUES);

const PROJECT = `name: hostile-values
flows:
  work:
    zip:
      number: ${JSON.stringify(VALUES.map((_value, at) => at))}
      value: ${LIST}
    tasks:
      words:
        run: ["node", "echo.mjs", "{{ outputs.o }}", "{{ value }}", "x{{ value }}y"]
        env: { VALUE: "{{ value }}" }
        outputs: { o: "out/words-{{ number }}.json" }
      script:
        run: |
          true && node echo.mjs {{ outputs.o }} {{ value }} "x{{ value }}y"
        env: { VALUE: "{{ value }}" }
        outputs: { o: "out/script-{{ number }}.json" }
      call:
        call: "./code.mjs#write"
        args: { value: "{{ value }}", path: "{{ outputs.o }}" }
        outputs: { o: "out/call-{{ number }}.json" }
`;

const CODE = `import { writeFileSync } from 'node:fs';
export function write({ value, path }) {
  writeFileSync(path, JSON.stringify([[value, 'x' + value + 'y'], value]));
}
`;

describe('a value that would do harm', () => {
  it('arrives as it is, in words, scripts, variables and arguments, and does none', async () => {
    using workspace = new Workspace({
      'project.yaml': PROJECT,
      'echo.mjs': ECHO,
      'code.mjs': CODE,
    });
    const outside = sentinel(workspace.home);
    const before = snapshot(outside);
    const run = await workspace.call('run', '--json');

    expectEnd(run, 0);
    for (const kind of ['words', 'script', 'call']) {
      for (const [at, value] of VALUES.entries()) {
        const got: unknown = JSON.parse(workspace.read(`out/${kind}-${at}.json`));
        expect(got, `${kind} ${at}`).toEqual([[value, `x${value}y`], value]);
      }
    }
    expect(existsSync(workspace.path('pwned'))).toBe(false);
    expect(snapshot(outside)).toEqual(before);
    for (const words of [['status'], ['plan'], ['why', 'work.words[13]'], ['status', '--json']]) {
      const shown = await workspace.call(...words);
      expectSober(shown);
      for (const sign of ['\u0007', '\u001b', '\u202e']) {
        expect(shown.stdout + shown.stderr).not.toContain(sign);
      }
    }
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({ outcome: 'succeeded' });
  });

  it('is refused as a name, or stays one', async () => {
    for (const part of [VALUES.slice(0, 11), VALUES.slice(11, 22), VALUES.slice(22)]) {
      const tasks = part.map((name) => `      ${JSON.stringify(name)}: { run: "echo" }\n`).join('');
      using workspace = new Workspace({
        'project.yaml': `name: names\nflows:\n  work:\n    tasks:\n${tasks}`,
      });
      const ended = await workspace.call('run');

      expectEnd(ended, 2);
      for (const sign of ['\u0007', '\u001b', '\u202e']) expect(ended.stderr).not.toContain(sign);
      expect(readdirSync(workspace.folder)).toEqual(['project.yaml']);
    }
  });

  it('is no trouble when it is a megabyte long', async () => {
    const long = 'x"$(touch pwned)\' '.repeat(60_000);
    using workspace = new Workspace({
      'project.yaml': `name: long
flows:
  work:
    parameters: { value: ${JSON.stringify(long)} }
    tasks:
      call: { call: "./code.mjs#write", args: { value: "{{ value }}", path: "{{ outputs.o }}" }, outputs: { o: "call.json" } }
      words: { run: ["node", "echo.mjs", "{{ outputs.o }}", "{{ value }}"], outputs: { o: "words.json" } }
`,
      'echo.mjs': ECHO,
      'code.mjs': CODE,
    });
    const run = await workspace.call('run');

    // The system takes no argument of that length, and that is said; functions get theirs by file.
    expectEnd(run, 1);
    expect(run.stderr).toContain('✗ work.words');
    expect(run.stderr).not.toContain('✗ work.call');
    expect(run.stderr.length).toBeLessThan(20_000);
    const [[value]] = JSON.parse(workspace.read('call.json')) as [[string]];
    expect(value).toBe(long);
    expect(existsSync(join(workspace.folder, 'pwned'))).toBe(false);
  });

  it('is no trouble as the name of a parameter or the label of a member', async () => {
    using workspace = new Workspace({
      'project.yaml': `name: odd-members
flows:
  work:
    matrix: { "we ird; $(touch pwned)": ["a/b", "../c", "d\\ne"] }
    tasks: { t: { run: "echo {{ member.label }} > {{ outputs.o }}", outputs: { o: "out/{{ member.id }}.txt" } } }
`,
    });
    const ended = await workspace.call('run');

    expectSober(ended);
    expect([0, 2]).toContain(ended.code);
    expect(ended.stdout + ended.stderr).not.toContain('\u001b[2J');
    expect(existsSync(workspace.path('pwned'))).toBe(false);
    expect(readdirSync(workspace.home).sort()).toEqual(['effects', 'project']);
  });

  it('does no harm when a task prints it, or says it in an error', async () => {
    using workspace = new Workspace({
      'project.yaml': `name: loud
flows:
  work:
    tasks:
      print: { run: "printf '\\\\033]0;pwned\\\\007\\\\033[2J\\\\n'; exit 1" }
      throw: { call: "./code.mjs#fail" }
`,
      'code.mjs': `export function fail() { throw new Error('\\u001b[2J\\u202e' + 'x'.repeat(2_000_000)); }\n`,
    });
    const run = await workspace.call('run');

    expectEnd(run, 1);
    expect(run.stderr + run.stdout).not.toContain('\u001b[2J');
    expect(run.stderr.length).toBeLessThan(100_000);
    const journal = readFileSync(workspace.path('.orchestrate/journal.db'));
    expect(journal.length).toBeLessThan(4_000_000);
    for (const words of [['status'], ['why', 'throw']]) {
      const shown = await workspace.call(...words);
      expectSober(shown);
      expect(shown.stdout + shown.stderr).not.toContain('\u001b[2J');
    }
  });
});
