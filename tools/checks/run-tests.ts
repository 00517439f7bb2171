import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { listTestProjects, printSummary, summarize } from './summary.ts';
import { repositoryRoot } from './tree.ts';

// `npm test` runs everything; `npm run verify` only what a change since the default branch touches.
// In both, finished work whose inputs did not change comes from nx's cache.
const affected = process.argv.includes('--affected');

// What an earlier run counted must not pass for this one. A cached run puts its own counts back.
for (const project of listTestProjects(repositoryRoot)) {
  rmSync(join(repositoryRoot, project, 'out-test'), { recursive: true, force: true });
}

const run = spawnSync(
  'nx',
  [
    affected ? 'affected' : 'run-many',
    '-t',
    'build',
    'typecheck',
    'lint',
    'test',
    '--output-style=static',
  ],
  { cwd: repositoryRoot, stdio: 'inherit' },
);

const summary = summarize(repositoryRoot, affected ? 'those that ran' : 'all');
const unexplained = run.status !== 0 && summary.failed + summary.problems.length === 0;
const problems = unexplained ? ['a build, type check or lint failed, see above'] : summary.problems;
process.exitCode = printSummary({ ...summary, problems }) ? 0 : 1;
