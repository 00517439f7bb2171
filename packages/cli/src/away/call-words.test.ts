import { expect, it } from 'vitest';
import { parseCall } from '../arguments/parse-call.ts';
import { COMMANDS } from '../commands/command-table.ts';
import { addressed, hostWords, wordsOf } from './call-words.ts';

function read(...argv: readonly string[]) {
  const request = parseCall(argv, COMMANDS);
  if (request.wants !== 'command') throw new Error('expected a command');
  return request;
}

function wordsAgain(...argv: readonly string[]): readonly string[] {
  const { call, command } = read(...argv);
  return wordsOf(call, command, ['on', 'detach'], ['--json']);
}

it('says a call again, without some options and with others', () => {
  expect(wordsAgain('run', '--on', 'hpc', '--detach', '--fresh', 'a.b')).toEqual([
    'run',
    '--fresh',
    '--json',
    '--',
    'a.b',
  ]);
});

it('keeps every value of an option, and words that look like options', () => {
  const set = ['--set', 'a=1', '--set', 'b=--json'];
  const words = wordsAgain('run', ...set, '-p', 'x', '--', '--odd');
  expect(words).toEqual([
    'run',
    '--profile=x',
    '--set=a=1',
    '--set=b=--json',
    '--json',
    '--',
    '--odd',
  ]);
  const { call } = read(...words);
  expect(call.texts('set')).toEqual(['a=1', 'b=--json']);
  expect(call.texts('PART')).toEqual(['--odd']);
});

it('names the project file from its own folder', () => {
  expect(wordsAgain('why', '-c', '../far/other.yaml', 'x')).toEqual([
    'why',
    '--config=other.yaml',
    '--json',
    '--',
    'x',
  ]);
});

it('puts what leads to the host into advice, and only there', () => {
  const { call } = read('status', '-p', 'big one', '--on', 'hpc');
  const words = hostWords(call, 'hpc');
  expect(words).toBe("--on hpc --profile 'big one'");
  expect(addressed('`orchestrate resume` goes on', words)).toBe(
    `\`orchestrate resume ${words}\` goes on`,
  );
  expect(addressed('  orchestrate logs a.b/c=1', words)).toBe(
    `  orchestrate logs ${words} a.b/c=1`,
  );
  expect(addressed('orchestrates status; orchestrate doctor', words)).toBe(
    'orchestrates status; orchestrate doctor',
  );
});
