import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type SeededWorkspace, seedSettings } from './seeded-workspace.ts';
import { COUNTS_FILE, listFailures, summarize, summaryLine } from './summary.ts';

let workspace: SeededWorkspace | undefined;

afterEach(() => workspace?.[Symbol.dispose]());

function seedCounts(passed: number, failed: number, success = failed === 0): string {
  return JSON.stringify({ numPassedTests: passed, numFailedTests: failed, success });
}

const TEST = "import { it } from 'vitest';\n";

it('sums the counts of all projects', () => {
  workspace = seedSettings({
    'packages/core/src/a.test.ts': TEST,
    [`packages/core/${COUNTS_FILE}`]: seedCounts(3, 0),
    'packages/cli/test/b.test.ts': TEST,
    [`packages/cli/${COUNTS_FILE}`]: seedCounts(4, 2),
  });

  const summary = summarize(workspace.root);

  expect(summary).toEqual({ passed: 7, failed: 2, problems: [] });
  expect(summaryLine(summary)).toBe('7 passed, 2 failed');
});

it('counts a project whose tests reported nothing as failed', () => {
  workspace = seedSettings({
    'packages/core/src/a.test.ts': TEST,
    [`packages/core/${COUNTS_FILE}`]: seedCounts(3, 0),
    'packages/cli/src/b.test.ts': TEST,
  });

  const summary = summarize(workspace.root);

  expect(summary.problems).toEqual(['packages/cli: has tests, but no run reported any']);
  expect(summaryLine(summary)).toBe('3 passed, 1 failed');
});

it('asks nothing of projects that were not run when only some are', () => {
  workspace = seedSettings({
    'packages/core/src/a.test.ts': TEST,
    [`packages/core/${COUNTS_FILE}`]: seedCounts(3, 0),
    'packages/cli/src/b.test.ts': TEST,
  });

  const summary = summarize(workspace.root, 'those that ran');

  expect(summary).toEqual({ passed: 3, failed: 0, problems: [] });
});

it('counts a project that ran no test as failed', () => {
  workspace = seedSettings({
    'packages/core/src/a.test.ts': TEST,
    [`packages/core/${COUNTS_FILE}`]: seedCounts(0, 0),
  });

  expect(summarize(workspace.root).problems).toEqual(['packages/core: ran no test']);
});

it('counts a test file that did not load as failed', () => {
  workspace = seedSettings({
    'packages/core/src/a.test.ts': TEST,
    [`packages/core/${COUNTS_FILE}`]: seedCounts(5, 0, false),
  });

  expect(summarize(workspace.root).problems).toEqual(['packages/core: a test file did not load']);
});

it('counts a tree without any test as failed', () => {
  workspace = seedSettings({});

  expect(summaryLine(summarize(workspace.root))).toBe('0 passed, 1 failed');
});

it('lists what failed, in tests and in live tests', () => {
  const settings = seedSettings({});
  workspace = settings;
  const seedReport = (path: string, test: string, tests: readonly object[]) => {
    const file = join(settings.root, 'packages', 'core', test);
    const results = [
      { name: file, status: 'failed', message: 'no such module', assertionResults: tests },
    ];
    mkdirSync(join(settings.root, 'packages/core/out-test'), { recursive: true });
    writeFileSync(join(settings.root, path), JSON.stringify({ testResults: results }));
  };
  seedReport(`packages/core/${COUNTS_FILE}`, 'src/a.test.ts', [
    { fullName: 'adds', status: 'passed' },
    {
      fullName: 'subtracts',
      status: 'failed',
      failureMessages: ['\u001b[31mexpected 1\u001b[39m'],
    },
  ]);
  seedReport('packages/core/out-test/live.json', 'b.live.test.ts', []);

  expect(listFailures(settings.root)).toEqual([
    'packages/core/b.live.test.ts\n    no such module',
    'packages/core/src/a.test.ts: subtracts\n    expected 1',
  ]);
});
