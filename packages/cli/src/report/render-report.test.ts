import { describe, expect, it } from 'vitest';
import { renderReport } from './render-report.ts';
import type { Report, TableRow } from './report-types.ts';

const HOSTILE = '</script><img src=x onerror=alert(1)>';

function row(place: number): TableRow {
  const isBad = place === 3;
  return {
    id: `speed=${place % 2},mode=${HOSTILE}`,
    parameters: [place % 2, `${HOSTILE}${place > 1 ? 'b' : 'a'}`],
    steps: [
      {
        task: `f.solve/${place}`,
        state: isBad ? 'failed' : 'succeeded',
        attempts: 2,
        seconds: 1.5,
      },
      {
        task: `f.score/${place}`,
        state: isBad ? 'skipped' : 'succeeded',
        attempts: 1,
        seconds: 0.5,
      },
    ],
    state: isBad ? 'failed' : 'succeeded',
    attempts: 3,
    seconds: 2,
    ...(isBad ? { reason: `user-error: ${HOSTILE}` } : {}),
    numbers: [isBad ? null : place * 1.25],
  };
}

const REPORT: Report = {
  report: 1,
  head: {
    project: HOSTILE,
    run: 'k3xk3xk3',
    state: 'unfinished',
    beganAt: Date.UTC(2026, 4, 4, 10),
    lastAt: Date.UTC(2026, 4, 4, 10, 5),
    seconds: 300,
    ledSeconds: 200,
    tasks: 8,
    counts: { succeeded: 6, failed: 1, skipped: 1 },
    leaders: [
      { host: HOSTILE, pid: 1, from: 0, to: 1, isOrderly: false },
      { host: 'b', pid: 2, from: 2, to: 3, isOrderly: true },
    ],
    restarts: 1,
    version: '0.1.0',
    next: 'orchestrate resume --run k3xk3xk3',
  },
  failures: [
    {
      task: HOSTILE,
      failure: 'user-error',
      message: HOSTILE,
      code: 3,
      attempts: 2,
      skipped: 1,
      logs: [{ attempt: 2, lines: ['first', HOSTILE], isCut: true }],
    },
  ],
  failedTasks: 1,
  tables: [
    {
      title: 'f',
      kind: 'members',
      parameters: ['speed', HOSTILE],
      steps: ['solve', 'score'],
      numbers: [HOSTILE],
      size: 4,
      rows: [0, 1, 2, 3].map(row),
    },
  ],
  statistics: [
    {
      set: HOSTILE,
      backend: HOSTILE,
      tasks: 4,
      counts: { succeeded: 4 },
      attempts: 8,
      timed: 8,
      medianSeconds: 1.5,
      p95Seconds: 1.5,
      maxSeconds: 1.5,
      totalSeconds: 12,
      failedAttempts: { timeout: 2 },
    },
  ],
  timeline: {
    kind: 'rows',
    lanes: [{ label: HOSTILE, set: 'f' }],
    bars: [
      [0, 0, 100, 5000, 'failed', HOSTILE],
      [0, 6000, -1, 9000, 'cancelled', HOSTILE],
    ],
  },
  use: [
    {
      name: HOSTILE,
      kind: 'limit',
      capacity: 2,
      peak: 1,
      mean: 0.5,
      points: [
        [0, 1],
        [9000, 0],
      ],
    },
  ],
};

/** Start tags of a page, with its scripts' and styles' text left out. */
function tags(page: string): string[] {
  const bare = page.replaceAll(/(<(script|style)[^>]*>).*?(?=<\/\2>)/gsu, '$1');
  return bare.match(/<[a-z][^>]*>/giu) ?? [];
}

describe('the page of a report', () => {
  const page = renderReport(REPORT);

  it('is the same for the same report', () => {
    expect(renderReport(structuredClone(REPORT))).toBe(page);
  });

  it('has a name that is a script as nothing but text', () => {
    expect(page).not.toContain('<img');
    expect(tags(page).filter((tag) => /\son\w+=/iu.test(tag))).toEqual([]);
    expect(page.match(/<\/script>/gu)).toHaveLength(page.match(/<script/gu)?.length ?? 0);
    expect(page).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
  });

  it('asks for nothing from outside, and lets only its own script and style count', () => {
    expect(
      tags(page).filter((tag) =>
        /\s(?:src|srcset|data|action|style)=|<(?:link|iframe|object|embed|base)/iu.test(tag),
      ),
    ).toEqual([]);
    expect(tags(page).filter((tag) => /\shref="(?!#)/u.test(tag))).toEqual([]);
    expect(page).not.toMatch(/@import|url\(/u);
    expect(page).toMatch(
      /default-src 'none'; script-src 'sha256-[^']+' 'sha256-[^']+'; style-src 'sha256-[^']+'/u,
    );
  });

  it('has one main heading, a table head with scopes, and a way to every section', () => {
    expect(page.match(/<h1/gu)).toHaveLength(1);
    expect(
      tags(page).filter((tag) => /^<th(?![a-z])/u.test(tag) && !tag.includes('scope=')),
    ).toEqual([]);
    const ids = [...page.matchAll(/<section id="(\w+)"/gu)].map(([, id]) => id);
    expect(ids).toEqual(['failures', 'grid', 'rows', 'timeline', 'use', 'statistics']);
    expect([...page.matchAll(/<li><a href="#(\w+)"/gu)].map(([, id]) => id)).toEqual(ids);
  });

  it('tells what to do next, who led, and what failed', () => {
    expect(page).toContain('<code>orchestrate resume --run k3xk3xk3</code>');
    expect(page).toContain('The 2 leaders of this run');
    expect(page).toContain('first\n&lt;/script&gt;');
    expect(page).toContain('1 task skipped because of it');
  });

  it('says so when there is nothing to tell', () => {
    const empty = renderReport({
      ...REPORT,
      head: { ...REPORT.head, state: 'succeeded' },
      failures: [],
      failedTasks: 0,
      tables: [],
      use: [],
      timeline: { kind: 'rows', lanes: [], bars: [] },
    });

    expect(empty).toContain('No task failed.');
    expect(empty).toContain('Nothing was started.');
    expect(empty).not.toContain('id="grid"');
  });
});
