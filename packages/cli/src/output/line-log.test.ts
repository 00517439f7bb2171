import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { lineLog } from './line-log.ts';
import { Output } from './output.ts';
import { choosePaint, chooseSigns } from './paint.ts';

function recorded(json: boolean, level: 'quiet' | 'normal' | 'verbose') {
  const lines: string[] = [];
  const stream = {
    write(text: string | Uint8Array, done?: () => void) {
      lines.push(String(text));
      done?.();
      return true;
    },
    on() {},
  };
  const paint = choosePaint({ option: 'never', isTerminal: false, environment: {} });
  const signs = chooseSigns({});
  const streams = { stdout: stream, stderr: stream };
  const output = new Output({ ...streams, paint, errorPaint: paint, signs, json, level });
  return { lines, log: lineLog(output) };
}

function pinoLines() {
  const lines: string[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  const log = pino(
    { base: null, level: 'debug', timestamp: false, formatters },
    { write: (line: string) => void lines.push(line) },
  );
  return { lines, log };
}

const plain = new Error('no');
const caused = new Error('outer', { cause: new TypeError('inner', { cause: plain }) });
const own = Object.assign(new RangeError('far'), { code: 'E_FAR', details: { limit: 3 } });

describe('lineLog', () => {
  it.each([
    ['facts of every kind', { at: 1, text: 'ü "q"', list: [1, [2]], none: null, left: undefined }],
    ['an error', { err: plain, at: 2 }],
    ['an error with causes', { err: caused }],
    ['an error with fields', { err: own }],
    ['something thrown that is no error', { err: 'text' }],
  ])('writes %s as pino does', (_what, facts) => {
    const [ours, theirs] = [recorded(false, 'verbose'), pinoLines()];
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      ours.log[level](facts, 'message');
      theirs.log[level](facts, 'message');
    }
    expect(ours.lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      theirs.lines.map((line) => JSON.parse(line) as unknown),
    );
  });

  it.each([
    ['quiet', false, 2],
    ['normal', false, 3],
    ['verbose', false, 4],
    ['quiet', true, 3],
  ] as const)('leaves out what %s leaves out (json: %s)', (level, json, expected) => {
    const { lines, log } = recorded(json, level);
    for (const one of ['debug', 'info', 'warn', 'error'] as const) log[one]({}, one);
    expect(lines).toHaveLength(expected);
  });

  it('writes a line for facts that are no JSON', () => {
    const { lines, log } = recorded(true, 'normal');
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    log.info(circle, 'round');
    log.info({ big: 1n }, 'big');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'round',
      'big',
    ]);
  });

  it('ends the causes of an error that is its own cause', () => {
    const { lines, log } = recorded(true, 'normal');
    const snake = new Error('snake');
    snake.cause = snake;
    log.error({ err: snake }, 'bitten');
    expect(lines).toHaveLength(1);
  });
});
