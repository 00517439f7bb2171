/**
 * Entry of `npm run test:live`: the long trials that use the built command line as a person would, each in processes of its
 * own. No package here talks to a server yet, so nothing has to be started first. Ends with the plain counts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../benchmarks/measure.ts';

const KILLS = 50;

interface Trial {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  /** What must hold once the script has ended with 0. */
  holds(): boolean;
}

const RESULTS = join(ROOT, 'examples', 'ice-sheet', 'results');

const TRIALS: readonly Trial[] = [
  {
    name: 'the demo runs to its plot',
    script: 'tools/demo/run.ts',
    args: [],
    holds: () =>
      existsSync(join(RESULTS, 'figure.svg')) &&
      readFileSync(join(RESULTS, 'table.csv'), 'utf8').trim().split('\n').length === 19,
  },
  {
    name: `a sweep survives ${KILLS} kills of its leader`,
    script: 'tools/kill/run.ts',
    args: ['--kills', String(KILLS)],
    holds: () => true,
  },
];

function carryOut({ name, script, args, holds }: Trial): boolean {
  console.log(`\nlive: ${name}`);
  const call = ['--conditions=@orchestrate/source', script, ...args];
  const { status } = spawnSync(process.execPath, call, { cwd: ROOT, stdio: 'inherit' });
  const isGood = status === 0 && holds();
  console.log(`live: ${name}: ${isGood ? 'passed' : `FAILED (exit code ${status})`}`);
  return isGood;
}

const built = spawnSync('nx', ['run-many', '-t', 'build'], { cwd: ROOT, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
if (spawnSync('podman', ['--version']).status !== 0) {
  console.log('did not run: containers (podman is not on this machine)');
}
const passed = TRIALS.filter(carryOut).length;
console.log(`\nlive: ${passed} passed, ${TRIALS.length - passed} failed`);
process.exitCode = passed === TRIALS.length ? 0 : 1;
