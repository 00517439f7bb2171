import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { listFiles, listPackages, repositoryRoot } from './tree.ts';

/** Where every project's test run leaves its counts. nx restores it when the run comes from its cache. */
export const COUNTS_FILE = 'out-test/vitest.json';

/** The sums over all test runs of a tree. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** Reasons, besides failed tests, why the whole cannot count as passed. */
  readonly problems: readonly string[];
}

interface Counts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly success: boolean;
}

/** Folders that are tested on their own: every package, the tools and the end-to-end tests. */
export function listTestProjects(root: string): string[] {
  return [...listPackages(root).map((folder) => `packages/${folder}`), 'test', 'tools'];
}

function hasTests(files: readonly string[], project: string): boolean {
  return files.some(
    (file) =>
      file.startsWith(`${project}/`) && file.endsWith('.test.ts') && !file.endsWith('live.test.ts'),
  );
}

function readCounts(root: string, project: string): Counts | undefined {
  const path = join(root, project, COUNTS_FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Counts) : undefined;
}

function problemOf(project: string, counts: Counts | undefined): string | undefined {
  if (counts === undefined) return `${project}: has tests, but no run reported any`;
  if (counts.numPassedTests + counts.numFailedTests === 0) return `${project}: ran no test`;
  // A file that cannot even be loaded fails without a failed test.
  if (!counts.success && counts.numFailedTests === 0) return `${project}: a test file did not load`;
  return undefined;
}

/** Which projects must have reported: all that have tests, or whichever happened to be run. */
export type Expected = 'all' | 'those that ran';

/** Sums the counts that the last test runs left in a tree. */
export function summarize(root: string, expected: Expected = 'all'): Summary {
  const files = listFiles(root);
  const runs = listTestProjects(root)
    .filter((project) => hasTests(files, project))
    .map((project) => ({ project, counts: readCounts(root, project) }))
    .filter(({ counts }) => expected === 'all' || counts !== undefined);
  const problems = runs.flatMap(({ project, counts }) => problemOf(project, counts) ?? []);
  const passed = runs.reduce((sum, { counts }) => sum + (counts?.numPassedTests ?? 0), 0);
  const failed = runs.reduce((sum, { counts }) => sum + (counts?.numFailedTests ?? 0), 0);
  const none = expected === 'all' && runs.length === 0;
  return { passed, failed, problems: none ? ['no project has tests'] : problems };
}

/** `N passed, N failed`: whatever else went wrong counts as failed too, so that a zero there means all is well. */
export function summaryLine({ passed, failed, problems }: Summary): string {
  return `${passed} passed, ${failed + problems.length} failed`;
}

/** Prints the problems and the line, and says whether everything passed. */
export function printSummary(summary: Summary): boolean {
  for (const problem of summary.problems) process.stdout.write(`problem: ${problem}\n`);
  process.stdout.write(`${summaryLine(summary)}\n`);
  return summary.failed + summary.problems.length === 0;
}

interface Report {
  readonly testResults?: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** A message's first lines: enough to see what was expected and got. */
function beginningOf(message: string | undefined): string {
  const lines = stripVTControlCharacters(message ?? '').split('\n');
  return lines.slice(0, 6).join('\n    ');
}

function failuresIn(root: string, report: Report): string[] {
  return (report.testResults ?? []).flatMap((file) => {
    const path = relative(root, file.name);
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && file.status === 'failed')
      return [`${path}\n    ${beginningOf(file.message)}`];
    return failed.map(
      (test) => `${path}: ${test.fullName}\n    ${beginningOf(test.failureMessages?.[0])}`,
    );
  });
}

/** Every failed test of the last runs, the live ones included: a long log ends with what went wrong in it. */
export function listFailures(root: string): string[] {
  return [...listTestProjects(root), 'tools/testbed/slurm'].flatMap((project) => {
    const folder = join(root, project, 'out-test');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) =>
        failuresIn(root, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Report),
      );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const failure of listFailures(repositoryRoot)) process.stdout.write(`failed: ${failure}\n`);
  process.exitCode = printSummary(summarize(repositoryRoot)) ? 0 : 1;
}
