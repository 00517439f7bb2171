import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandText, printfText, shellQuote, withInput } from './shell-text.ts';

function sh(text: string): { readonly status: number | null; readonly stdout: Buffer } {
  const { status, stdout } = spawnSync('/bin/sh', ['-c', text]);
  return { status, stdout };
}

/** Texts that an argument can hold, with a liking for what shells take for special. */
const words = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;~#=%^ \t\n-'.split('')),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).filter((one) => one !== '\0'),
  ),
  maxLength: 20,
});

describe('what becomes shell text', () => {
  it('reaches the program word by word, whatever the words hold', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (argv) => {
        const { stdout } = sh(commandText(['printf', '%s\\0', ...argv]));

        expect(stdout.toString()).toBe(`${argv.join('\0')}\0`);
      }),
      { numRuns: 150 },
    );
  });

  it('reaches variables and folders as it is', () => {
    fc.assert(
      fc.property(words, (value) => {
        const text = commandText('printf %s "$VALUE"; pwd', { env: { VALUE: value }, cwd: '/' });

        expect(sh(text).stdout.toString()).toBe(`${value}/\n`);
      }),
      { numRuns: 100 },
    );
  });

  it('brings any bytes to the standard input of a command', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect([...sh(withInput('cat', bytes)).stdout]).toEqual([...bytes]);
      }),
      { numRuns: 100 },
    );
  });

  it('is one line that `printf %b` turns back', () => {
    const line = printfText("a\n'b' \\0 $x\u{1f600}");

    expect(line).not.toMatch(/[\n' $]/);
    expect(sh(`printf %b '${line}'`).stdout.toString()).toBe("a\n'b' \\0 $x\u{1f600}");
  });

  it.each([
    ['a NUL character', () => shellQuote('a\0b')],
    ['a program that looks like an option', () => commandText(['-x'])],
    ['no program', () => commandText([])],
    ['a variable that no shell can hold', () => commandText('true', { env: { 'A-B': '1' } })],
    ['a command in the place of a name', () => commandText('true', { env: { 'A=$(id)': '1' } })],
  ])('refuses %s', (_what, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'SSH_ARGUMENT' }));
  });

  it('does not run in another folder than the one asked for', () => {
    const { status, stdout } = sh(commandText(['echo', 'ran'], { cwd: '/no/such' }));

    expect({ status, said: stdout.toString() }).toEqual({ status: 126, said: '' });
  });
});
