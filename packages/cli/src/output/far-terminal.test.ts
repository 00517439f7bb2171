import { expect, it } from 'vitest';
import { farTerminal, TERMINAL_VARIABLE } from './far-terminal.ts';
import type { OutputStream } from './output.ts';

function pipe(written: (string | Uint8Array)[]): OutputStream {
  return { write: (text) => written.push(text) > 0, on: () => undefined };
}

it('is a terminal of the size that the other end has', () => {
  const written: (string | Uint8Array)[] = [];
  const stream = farTerminal(pipe(written), { [TERMINAL_VARIABLE]: '120x40' });
  expect(stream).toMatchObject({ isTTY: true, columns: 120, rows: 40 });
  stream?.write('hello');
  expect(written).toEqual(['hello']);
});

it.each([undefined, '', 'wide', '80', '80x', '99999x2'])(
  'is none where the variable is %o',
  (value) => {
    expect(farTerminal(pipe([]), { [TERMINAL_VARIABLE]: value })).toBeUndefined();
  },
);
