import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastLines, plainLine, readLogEnd } from './log-end.ts';

async function* unchanged(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

describe('a line of a log', () => {
  it.each([
    ['\u001b[1;31merror\u001b[0m: bad', 'error: bad'],
    ['10 %\r50 %\r100 %\r', '100 %'],
    ['\u001b]0;title\u0007text\u0000\u0008\u202e', 'text'],
    ['a\tb', 'a\tb'],
    ['x'.repeat(1200), `${'x'.repeat(1000)}…`],
  ])('%j is left as %j', (line, left) => {
    expect(plainLine(line)).toBe(left);
  });
});

describe('the end of a log', () => {
  it('is its last 30 lines', () => {
    const text = Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join('');

    const { lines, isCut } = lastLines(text);

    expect([lines.length, lines[0], lines.at(-1), isCut]).toEqual([30, 'line 10', 'line 39', true]);
    expect(lastLines('one\ntwo')).toEqual({ lines: ['one', 'two'], isCut: false });
    expect(lastLines('')).toEqual({ lines: [], isCut: false });
  });

  it('is read without reading a long log whole, and knows its attempt', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrate-log-'));
    const path = join(folder, '17.3.log');
    writeFileSync(path, `${'filler\n'.repeat(200_000)}the end\n`);

    const end = await readLogEnd(path, unchanged);
    rmSync(folder, { recursive: true });

    expect(end).toMatchObject({ attempt: 3, isCut: true });
    expect(end?.lines.at(-1)).toBe('the end');
    expect(await readLogEnd(path, unchanged)).toBeUndefined();
  });
});
