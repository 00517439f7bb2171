import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellQuote } from './shell-quote.ts';

describe('shellQuote', () => {
  it.each(['/bin/sh', '/bin/bash'])('makes one word of any text in %s', (shell) => {
    const text = fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((any) => any.replaceAll('\0', ''));
    const nasty = fc.constantFrom("'", '$(id)', '`id`', '\\', '"', '\n', '~', '-n', '!', '*', '');
    const words = fc.array(fc.oneof(text, nasty), { minLength: 1, maxLength: 60 });

    fc.assert(
      fc.property(words, (values) => {
        const script = `printf '%s\\0' ${values.map(shellQuote).join(' ')}`;
        const printed = execFileSync(shell, { input: script, encoding: 'utf8' });

        expect(printed).toBe(values.map((value) => `${value}\0`).join(''));
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a NUL character, which no argument can hold', () => {
    expect(() => shellQuote('a\0b')).toThrow(RangeError);
  });
});
