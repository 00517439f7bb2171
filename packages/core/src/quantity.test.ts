import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFlowError } from './flow-error.ts';
import {
  Bytes,
  Duration,
  formatBytes,
  formatDuration,
  parseBytes,
  parseDuration,
} from './quantity.ts';

/** What an act throws, `undefined` when it does not. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('durations', () => {
  it.each([
    ['2h', 7200],
    ['1h30m', 5400],
    ['1h 30 min', 5400],
    ['90s', 90],
    ['20m', 1200],
    ['1d', 86_400],
    ['250ms', 0.25],
    ['1.5h', 5400],
    ['1-02:03:04', 93_784],
    ['00:20:00', 1200],
    ['20:00', 1200],
    ['1-12', 129_600],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    '',
    '5',
    'h',
    '1m1h',
    '1h1h',
    '-5s',
    '1x',
    '00:99:00',
    '1e3s',
    'constructor',
    '1 constructor',
  ])('refuses %s with QUANTITY_INVALID', (text) => {
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({ code: 'QUANTITY_INVALID' }),
    );
  });

  it.each([
    [5400, '1 h 30 min'],
    [45, '45 s'],
    [172_800, '2 d'],
    [0.25, '250 ms'],
    [0, '0 s'],
    [3599.7, '1 h'],
    [90, '1 min 30 s'],
  ])('shows %d seconds', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('reads back what it shows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (seconds) => {
        const again = parseDuration(formatDuration(seconds));

        expect(Math.abs(again - seconds)).toBeLessThanOrEqual(seconds < 3600 ? 0.5 : seconds / 24);
      }),
    );
  });
});

describe('sizes', () => {
  it.each([
    ['4Gi', 2 ** 32],
    ['512Mi', 2 ** 29],
    ['4GB', 4e9],
    ['100M', 1e8],
    ['1.5KiB', 1536],
    ['12B', 12],
    ['1 TB', 1e12],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', '5', '4Q', 'Gi', '-1Gi', '4iB', '1e3G'])(
    'refuses %s with QUANTITY_INVALID',
    (text) => {
      expect(() => parseBytes(text)).toThrow(expect.objectContaining({ code: 'QUANTITY_INVALID' }));
    },
  );

  it.each([
    [2 ** 32, '4 GiB'],
    [1536, '1.5 KiB'],
    [512, '512 B'],
    [0, '0 B'],
  ])('shows %d bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('throws nothing but FlowErrors', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of [parseBytes, parseDuration]) {
          const error = thrownBy(() => parse(text));

          expect(error === undefined || isFlowError(error)).toBe(true);
        }
      }),
    );
  });
});

describe('schemas', () => {
  it('take numbers as seconds and bytes', () => {
    expect([Duration.parse(90), Duration.parse('1m'), Bytes.parse(5), Bytes.parse('1Ki')]).toEqual([
      90, 60, 5, 1024,
    ]);
  });

  it.each([
    [Duration, 'soon'],
    [Duration, -1],
    [Bytes, 1.5],
    [Bytes, true],
  ])('say what they expected', (schema, value) => {
    expect(schema.safeParse(value).error?.issues[0]?.message).toMatch(
      /^expected (seconds|bytes|a duration|a size)/,
    );
  });
});
