import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { completionScript, type Shell } from '../src/completion/scripts.ts';

const folder = mkdtempSync(join(tmpdir(), 'orchestrate-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

function scriptFile(shell: Shell): string {
  const file = join(folder, shell);
  writeFileSync(file, completionScript(shell));
  return file;
}

function accepts(shell: Shell, option: string): boolean {
  return spawnSync(shell, [option, scriptFile(shell)]).status === 0;
}

/** What bash would offer for a line, with `orchestrate` replaced by a program that answers `answer`. */
function bashReplies(line: string, answer: string): string[] {
  const program = join(folder, 'orchestrate');
  writeFileSync(program, `#!/bin/sh\nprintf '%b' '${answer}'\n`);
  chmodSync(program, 0o755);
  const lines = [
    `PATH='${folder}':$PATH`,
    `source '${scriptFile('bash')}'`,
    `COMP_LINE='${line}' COMP_POINT=${line.length}`,
    '_orchestrate',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ];
  const printed = execFileSync('bash', ['-c', lines.join('\n')], { encoding: 'utf8' });
  return printed.split('\n').filter((reply) => reply !== '');
}

describe('completion scripts', () => {
  it.runIf(isInstalled('bash'))('bash accepts the syntax of its script', () => {
    expect(accepts('bash', '-n')).toBe(true);
  });

  it.runIf(isInstalled('zsh'))('zsh accepts the syntax of its script', () => {
    expect(accepts('zsh', '-n')).toBe(true);
  });

  it.runIf(isInstalled('fish'))('fish accepts the syntax of its script', () => {
    expect(accepts('fish', '--no-execute')).toBe(true);
  });

  it.runIf(isInstalled('bash')).each([
    ['orchestrate r', String.raw`run\tRun it\nresume\tGo on\n`, ['run', 'resume']],
    ['orchestrate run --profile=l', String.raw`--profile=laptop\n`, ['laptop']],
    ['orchestrate logs s.m/a=', String.raw`s.m/a=1.0,b=x\n`, ['1.0\\,b=x']],
    ['orchestrate logs ', String.raw`s.m/a b\n`, [String.raw`s.m/a\ b`]],
    ['orchestrate init ', String.raw`:folder\n`, []],
  ])('bash offers for %j what fits after the last border of a word', (line, answer, replies) => {
    expect(bashReplies(line, answer)).toEqual(replies);
  });
});
