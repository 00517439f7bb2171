import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';
import { choosePaint, colourPaint, plainPaint } from './paint.ts';
import { fitName, fitText, printable, textWidth } from './printable.ts';
import { bytesText, countOf, countText, durationText, rateText } from './quantity-text.ts';
import { renderTable } from './table.ts';

describe('printable', () => {
  it.each([
    ['plain', 'plain'],
    ['two\nlines', String.raw`two\nlines`],
    ['red \u001b[31m', String.raw`red \x1b[31m`],
    ['bell \u0007', String.raw`bell \x07`],
    ['turned \u202Egnp.exe', String.raw`turned \u202egnp.exe`],
    ['grüße 日本', 'grüße 日本'],
  ])('shows %j as %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('never lets an escape or a line break through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('fitting text', () => {
  it('measures wide and combining characters', () => {
    expect(textWidth('abc')).toBe(3);
    expect(textWidth('日本')).toBe(4);
    expect(textWidth('e\u0301')).toBe(1);
  });

  it('never exceeds the columns', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 40 }), (text, columns) => {
        expect(textWidth(fitText(printable(text), columns))).toBeLessThanOrEqual(columns);
        expect(textWidth(fitName(printable(text), columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('cuts names in the middle', () => {
    expect(fitName('sweep.model/speed=2.0,damping=0.1', 20)).toBe('sweep.mode…mping=0.1');
  });
});

describe('quantities for people', () => {
  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [3599.9, '1 h 00 min'],
    [8040, '2 h 14 min'],
    [86_399, '1 d 0 h'],
    [273_600, '3 d 4 h'],
    [Number.POSITIVE_INFINITY, '?'],
  ])('shows %d seconds as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [20 * 1024 ** 3, '20 GiB'],
  ])('shows %d bytes as %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it('groups counts and names them', () => {
    expect(countText(1_234_567)).toBe('1,234,567');
    expect(countOf(1, 'task')).toBe('1 task');
    expect(countOf(2, 'job is', 'jobs are')).toBe('2 jobs are');
  });

  it.each([
    [104_321, '104,321 tasks/s'],
    [12.34, '12.3 tasks/s'],
    [0.5, '30.0 tasks/min'],
    [0.001, '3.6 tasks/h'],
  ])('shows a rate of %d as %s', (rate, text) => {
    expect(rateText(rate)).toBe(text);
  });
});

describe('renderTable', () => {
  const columns = [
    { title: 'set', flexible: true },
    { title: 'tasks', align: 'right' as const },
  ];

  it('aligns columns and leaves no trailing blanks', () => {
    const lines = renderTable(
      columns,
      [
        ['model', '12'],
        ['a-longer-name', '3'],
      ],
      {
        paint: plainPaint,
        width: undefined,
      },
    );

    expect(lines).toEqual(['set            tasks', 'model             12', 'a-longer-name      3']);
  });

  it('cuts only flexible columns to fit, in the middle', () => {
    const lines = renderTable(columns, [['a-very-long-name-of-a-set-indeed', '12']], {
      paint: plainPaint,
      width: 25,
    });

    expect(lines[1]).toBe('a-very-lo…t-indeed     12');
  });

  it('makes hostile cells harmless', () => {
    const lines = renderTable(columns, [['\u001b[2J', { text: '1\n2', tone: 'bad' }]], {
      paint: plainPaint,
      width: undefined,
    });

    expect(lines[1]).toBe(String.raw`\x1b[2J   1\n2`);
  });
});

describe('choosePaint', () => {
  it.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', false, { FORCE_COLOR: '1' }, true],
    ['auto', true, { FORCE_COLOR: '0' }, false],
    ['auto', true, { TERM: 'dumb' }, false],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
  ] as const)('%s on a terminal: %s with %j', (option, isTerminal, environment, coloured) => {
    const paint = choosePaint({ option, isTerminal, environment });

    expect(paint).toBe(coloured ? colourPaint : plainPaint);
  });
});

describe('nearest', () => {
  it.each([
    ['runn', 'run'],
    ['stat', 'status'],
    ['resmue', 'resume'],
    ['xyzzy', undefined],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, ['run', 'status', 'resume', 'retry'])).toBe(meant);
  });
});
