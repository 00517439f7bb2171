import { isFlowError } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../commands/command-table.ts';
import { parseCall } from './parse-call.ts';

function callOf(line: string) {
  const request = parseCall(line.split(' '), COMMANDS);
  if (request.wants !== 'command') throw new TypeError(`not a command: ${line}`);
  return request.call;
}

function errorOf(line: string): { code: string; message: string } {
  try {
    parseCall(line === '' ? [] : line.split(' '), COMMANDS);
  } catch (error) {
    if (isFlowError(error)) return { code: error.code, message: error.message };
  }
  throw new TypeError(`accepted: ${line}`);
}

describe('parseCall', () => {
  it('reads options before and after the command, with and without =', () => {
    const call = callOf('--config a.yaml run -p one --profile=two --set limits.jobs=4 flow.set');

    expect(call.command).toBe('run');
    expect(call.text('config')).toBe('a.yaml');
    expect(call.texts('profile')).toEqual(['one', 'two']);
    expect(call.texts('set')).toEqual(['limits.jobs=4']);
    expect(call.texts('PART')).toEqual(['flow.set']);
  });

  it('reads short options in one word', () => {
    const call = callOf('logs -fn2 sweep.model');

    expect(call.has('follow')).toBe(true);
    expect(call.count('attempt')).toBe(2);
    expect(call.text('TASK')).toBe('sweep.model');
  });

  it('takes what follows -- as arguments', () => {
    expect(callOf('logs -- --odd-name').text('TASK')).toBe('--odd-name');
  });

  it('keeps the last of an option that may be given once', () => {
    expect(callOf('run --config a.yaml --config b.yaml').text('config')).toBe('b.yaml');
  });

  it.each([
    ['', { wants: 'help' }],
    ['--help', { wants: 'help' }],
    ['help', { wants: 'help' }],
    ['--version', { wants: 'version' }],
    ['-V', { wants: 'version' }],
  ])('understands %j', (line, expected) => {
    expect(parseCall(line === '' ? [] : line.split(' '), COMMANDS)).toEqual(expected);
  });

  it.each(['run --help', 'help run', 'run -h', 'run --no-such --help'])(
    'shows the help of a command for %j',
    (line) => {
      const request = parseCall(line.split(' '), COMMANDS);

      expect(request).toMatchObject({ wants: 'help', command: { name: 'run' } });
    },
  );

  it.each([
    ['runn', 'CLI_UNKNOWN_COMMAND', 'did you mean `run`?'],
    ['xyzzy', 'CLI_UNKNOWN_COMMAND', 'there is no command `xyzzy`'],
    ['help valdate', 'CLI_UNKNOWN_COMMAND', 'did you mean `validate`?'],
    ['--json', 'CLI_UNKNOWN_COMMAND', 'the command is missing'],
    ['run --jsn', 'CLI_UNKNOWN_OPTION', 'did you mean --json?'],
    ['run --verb', 'CLI_UNKNOWN_OPTION', 'did you mean --verbose?'],
    ['run -x', 'CLI_UNKNOWN_OPTION', 'has no option -x'],
    ['validate --watch', 'CLI_UNKNOWN_OPTION', '`orchestrate validate` has no option --watch'],
    ['--confg a.yaml run', 'CLI_UNKNOWN_OPTION', 'did you mean --config?'],
    ['init --config a.yaml', 'CLI_UNKNOWN_OPTION', 'has no option --config'],
    ['run --config', 'CLI_OPTION_VALUE', '--config needs a value: --config FILE'],
    ['run --config --json', 'CLI_OPTION_VALUE', '--config needs a value'],
    ['run --json=yes', 'CLI_OPTION_VALUE', '--json takes no value'],
    ['run --color sometimes', 'CLI_OPTION_VALUE', 'expected auto, always, never'],
    ['init -t swep', 'CLI_OPTION_VALUE', 'did you mean `sweep`?'],
    ['logs a --attempt 0', 'CLI_OPTION_VALUE', 'expected a whole number, 1 or more; got `0`'],
    ['logs a --attempt 1.5', 'CLI_OPTION_VALUE', 'got `1.5`'],
    ['logs', 'CLI_ARGUMENT', '`orchestrate logs` needs TASK'],
    ['logs a b', 'CLI_ARGUMENT', 'does not take the argument `b`'],
    ['completion', 'CLI_ARGUMENT', 'needs SHELL: bash, zsh, fish'],
    ['completion tcsh', 'CLI_ARGUMENT', 'expected bash, zsh, fish; got `tcsh`'],
  ])('refuses %j with %s', (line, code, text) => {
    const error = errorOf(line);

    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });

  it('makes control characters in what was typed visible', () => {
    expect(errorOf('run\u001b[2J').message).toContain(String.raw`run\x1b[2J`);
  });
});

describe('the command table', () => {
  it('gives every command a summary without a full stop and examples of itself', () => {
    for (const command of COMMANDS) {
      expect(command.summary, command.name).toMatch(/^[A-Z].*[^.]$/);
      expect(command.examples.length, command.name).toBeGreaterThan(0);
      for (const { line } of command.examples) {
        expect(line).toContain(`orchestrate ${command.name}`);
      }
    }
  });

  it('has only examples that the parser accepts', () => {
    for (const { line } of COMMANDS.flatMap((command) => command.examples)) {
      const words = line
        .replace(/^source <\(|\)$/g, '')
        .replace(/ [|>] .*$/, '')
        .replaceAll("'", '')
        .split(' ');

      expect(() => parseCall(words.slice(1), COMMANDS), line).not.toThrow();
    }
  });

  it('loads the code of every command', async () => {
    for (const command of COMMANDS) {
      expect(await command.load(), command.name).toBeTypeOf('function');
    }
  });
});
