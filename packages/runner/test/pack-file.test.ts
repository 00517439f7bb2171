import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const BIN = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const MODULE = fileURLToPath(new URL('./tiles.ts', import.meta.url));

function run(pack: unknown, more: readonly string[] = []) {
  const place = mkdtempSync(join(tmpdir(), 'runner-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const [packPath, resultPath] = [join(place, 'pack.json'), join(place, 'result.json')];
  writeFileSync(packPath, typeof pack === 'string' ? pack : JSON.stringify(pack));
  const args = [
    '--conditions=@orchestrate/source',
    BIN,
    '--pack',
    packPath,
    '--result',
    resultPath,
    ...more,
  ];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const result: unknown = existsSync(resultPath)
    ? JSON.parse(readFileSync(resultPath, 'utf8'))
    : undefined;
  return { status, stderr, stdout, result };
}

it('writes what became of the calls of a pack file', () => {
  const calls = [{ args: { n: 2 } }, { args: { n: 3 } }];
  const { status, result } = run({ module: MODULE, export: 'failOdd', ordered: false, calls });

  expect(status).toBe(1);
  expect(result).toMatchObject({
    exit: { outcome: 'user-error' },
    progress: { succeeded: [[0, 0]], values: [[0, 2]], failed: [{ position: 1 }] },
  });
});

it('writes the result also when a call ends the process', () => {
  const { result } = run({
    module: MODULE,
    export: 'leave',
    ordered: false,
    calls: [{ args: null }],
  });

  expect(result).toMatchObject({
    exit: { outcome: 'user-error', message: 'the call ended its process (exit code 7)' },
    progress: { failed: [{ position: 0 }] },
  });
});

it.each(['no json', '[]', '{"module":"m","export":"e","calls":[]}'])(
  'refuses the pack file %s with RUNNER_PACK_INVALID',
  (text) => {
    const { status, stderr } = run(text);

    expect(status).toBe(2);
    expect(stderr).toMatch(/^RUNNER_PACK_INVALID: /);
  },
);

it('writes what a call prints to its file, and makes none for a silent one', () => {
  const place = mkdtempSync(join(tmpdir(), 'runner-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const [loud, silent, log] = ['loud', 'silent', 'log'].map((name) => join(place, name));
  const calls = [
    { args: { text: 'one' }, logPath: loud },
    { args: { text: '' }, logPath: silent },
    { args: { text: 'two' } },
  ];
  const { status, stdout } = run({ module: MODULE, export: 'speak', ordered: false, calls }, [
    '--log',
    String(log),
  ]);

  expect([status, stdout]).toEqual([0, '']);
  expect(readFileSync(String(loud), 'utf8')).toBe('one\naside\n');
  expect(existsSync(String(silent))).toBe(false);
  expect(readFileSync(String(log), 'utf8')).toBe('two\naside\n');
});
