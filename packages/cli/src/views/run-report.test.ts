import type { RunId } from '@orchestrate/core';
import type { RunSummary, SetTally } from '@orchestrate/engine';
import { describe, expect, it } from 'vitest';
import { chooseSigns, plainPaint } from '../output/paint.ts';
import { type ReportLook, renderSummary, summaryAnswer } from './run-report.ts';

const look: ReportLook = {
  paint: plainPaint,
  signs: chooseSigns({ LANG: 'en_GB.UTF-8' }),
  width: 100,
  path: (path) => path,
};

function tally(name: string, more: Partial<SetTally>): SetTally {
  const none = { succeeded: 0, reused: 0, failed: 0, skipped: 0, cancelled: 0, open: 0 };
  return { name, total: 0, ...none, ...more };
}

function summaryOf(more: Partial<RunSummary>): RunSummary {
  return {
    run: 'k3xq9a2b' as RunId,
    name: 'demo',
    outcome: 'succeeded',
    seconds: 12.4,
    sets: [],
    failures: [],
    failedTasks: 0,
    skippedTasks: 0,
    liveJobs: 0,
    ...more,
  };
}

describe('renderSummary', () => {
  it('shows sets, sums, failures and what to do next', () => {
    const summary = summaryOf({
      outcome: 'failed',
      sets: [
        tally('sweep.model', { total: 12, succeeded: 9, reused: 2, failed: 1 }),
        tally('sweep.table', { total: 1, skipped: 1 }),
      ],
      failures: [
        {
          task: 'sweep.model/speed=2.0 x',
          failure: 'user-error',
          message: 'exited with code 3',
          attempts: 2,
          logPath: '/p/log',
        },
      ],
      failedTasks: 1,
      skippedTasks: 1,
    });

    expect(renderSummary(summary, new Map([['sweep.model', 11.2]]), look)).toEqual([
      'set          tasks  succeeded  reused  failed  skipped  cancelled  time',
      'sweep.model     12          9       2       1        0          0  11 s',
      'sweep.table      1          0       0       0        1          0',
      'in all          13          9       2       1        1          0  12 s',
      '',
      '✗ sweep.model/speed=2.0 x  user-error after 2 attempts: exited with code 3',
      "  orchestrate logs 'sweep.model/speed=2.0 x'",
      '',
      '✗ run k3xq9a2b failed in 12 s',
      '`orchestrate why TASK` explains a failure, `orchestrate retry` tries the failed tasks again.',
    ]);
  });

  it('says that nothing was left to do', () => {
    const summary = summaryOf({ sets: [tally('a.x', { total: 3, reused: 3 })], seconds: 0.1 });

    expect(renderSummary(summary, new Map(), look).at(-1)).toBe(
      '✓ run k3xq9a2b succeeded: everything was up to date in 0.1 s',
    );
  });

  it('shows open tasks and how to go on when the run was stopped', () => {
    const summary = summaryOf({
      outcome: 'stopped',
      reason: 'asked to stop',
      sets: [tally('a.x', { total: 3, succeeded: 1, open: 2 })],
      liveJobs: 2,
    });
    const lines = renderSummary(summary, new Map(), look);

    expect(lines[0]).toContain('open');
    expect(lines.slice(-2)).toEqual([
      '! run k3xq9a2b stopped (asked to stop) in 12 s',
      '2 jobs are still alive. `orchestrate resume` goes on.',
    ]);
  });

  it('makes hostile names and messages harmless', () => {
    const summary = summaryOf({
      outcome: 'failed',
      sets: [tally('a.x', { total: 1, failed: 1 })],
      failures: [
        { task: 'a.x/\u001b]0;t\u0007', failure: 'timeout', message: 'one\ntwo', attempts: 1 },
      ],
      failedTasks: 1,
    });

    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(renderSummary(summary, new Map(), look).join('')).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('summaryAnswer', () => {
  it('gives the sums over all sets', () => {
    const summary = summaryOf({
      sets: [tally('a.x', { total: 3, reused: 3 }), tally('a.y', { total: 2, failed: 2 })],
    });

    expect(summaryAnswer(summary)).toMatchObject({
      outcome: 'succeeded',
      counts: { total: 5, reused: 3, failed: 2, succeeded: 0 },
    });
  });
});
