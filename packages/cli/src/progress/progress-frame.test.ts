import type { TaskState } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { chooseSigns, colourPaint, plainPaint } from '../output/paint.ts';
import { textWidth } from '../output/printable.ts';
import { drawProgress, type ProgressView } from './progress-frame.ts';

const utf8 = { paint: plainPaint, signs: chooseSigns({ LANG: 'en_GB.UTF-8' }) };
const ascii = { paint: plainPaint, signs: chooseSigns({ LANG: 'C' }) };

function viewOf(
  counts: Partial<Record<TaskState, number>>,
  more: Partial<ProgressView> = {},
): ProgressView {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const of = (state: TaskState): number => counts[state] ?? 0;
  return {
    name: 'demo',
    run: 'k3xq9a2b',
    total,
    count: of,
    ended: of('succeeded') + of('reused') + of('failed') + of('skipped') + of('cancelled'),
    seconds: 52,
    tasksPerSecond: 0,
    running: [],
    runningJobs: 0,
    paused: [],
    notice: undefined,
    ...more,
  };
}

function textOf(view: ProgressView, columns = 80, rows = 24, look = utf8): string[] {
  return drawProgress(view, { columns, rows }, look).map((line) => line.text);
}

describe('drawProgress', () => {
  it('shows share, counts, rate, remaining time and what is running', () => {
    const view = viewOf(
      { succeeded: 60, failed: 2, running: 2, ready: 36 },
      {
        tasksPerSecond: 2,
        running: [
          { name: 'sweep.model/speed=1.0', seconds: 12.3 },
          { name: 'sweep.model/speed=2.0', seconds: 3.9 },
        ],
        runningJobs: 2,
      },
    );

    expect(textOf(view)).toEqual([
      '━━━━━━━━━━━━━━━━────────── 62%  62/100 · 2.0 tasks/s · about 19 s left · 52 s',
      '2 running · 36 waiting · 60 succeeded · 2 failed',
      '  sweep.model/speed=1.0  12 s',
      '  sweep.model/speed=2.0  3 s',
    ]);
  });

  it('says what is paused and what was asked', () => {
    const view = viewOf(
      { ready: 1 },
      { paused: [{ backend: 'hpc', reason: 'login\nrefused' }], notice: 'stopping' },
    );

    expect(textOf(view, 80, 24, ascii).slice(2)).toEqual([
      String.raw`! hpc is paused: login\nrefused`,
      'stopping',
    ]);
  });

  it('never writes a line that would wrap, nor more lines than there are rows', () => {
    const running = Array.from({ length: 10 }, (_entry, position) => ({
      name: `a.very.long.set.name/with=parameters,and=more-of-them,number=${position}`,
      seconds: 100_000,
    }));
    const view = viewOf(
      { running: 500, ready: 1_000_000, succeeded: 1, cancelled: 3, unknown: 7 },
      { running, runningJobs: 500, tasksPerSecond: 1234 },
    );

    for (const columns of [20, 21, 33, 50, 80, 200]) {
      for (const rows of [4, 5, 8, 24]) {
        const lines = textOf(view, columns, rows);

        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(textWidth(line)).toBeLessThan(columns);
      }
    }
  });

  it('counts what there is no room for', () => {
    const running = Array.from({ length: 10 }, (_entry, position) => ({
      name: `t/${position}`,
      seconds: 1,
    }));
    const lines = textOf(viewOf({ running: 40 }, { running, runningJobs: 40 }), 80, 24);

    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe('  … and 33 more');
  });

  it('colours without changing the text', () => {
    const view = viewOf({ succeeded: 1, failed: 1 });
    const [line] = drawProgress(view, { columns: 80, rows: 24 }, { ...utf8, paint: colourPaint });

    expect(line?.painted).not.toBe(line?.text);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
    expect(line?.painted.replaceAll(/\u001b\[[0-9]+m/g, '')).toBe(line?.text);
  });

  it('shows no share of nothing', () => {
    expect(textOf(viewOf({}))[0]).toContain('  0%  0/0');
  });
});
