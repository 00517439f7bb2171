/**
 * Entry of `npm run test:live`: the long trials that use the built command line as a person would, each in processes of its
 * own, and the live tests of packages that need something of the machine, each with its bed brought up first and taken down
 * afterwards. Ends with the plain counts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../benchmarks/measure.ts';
import * as azure from './azure/bed.ts';
import * as browser from './browser/bed.ts';
import * as containers from './containers/bed.ts';
import * as gcs from './gcs/bed.ts';
import * as kubernetes from './kubernetes/bed.ts';
import { runLimited } from './limited.ts';
import * as slurm from './slurm/bed.ts';
import { readBed } from './slurm/description.ts';

const KILLS = 50;
const ENSEMBLE_KILLS = 20;

interface Trial {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  /** What must hold once the script has ended with 0. */
  holds(): boolean;
}

/** The environment to use a bed with, or why there is none. */
type Started = Readonly<Record<string, string>> | { readonly reason: string };

interface Bed {
  readonly name: string;
  /** Packages whose live tests need it; one that has none yet is passed over. */
  readonly packages: readonly string[];
  /** Where the tests of the bed itself are; they run first. */
  readonly own?: string;
  up(): Started | Promise<Started>;
  down(): void | Promise<void>;
}

type Verdict = 'passed' | 'failed' | 'did not run';

const DEMO = join(ROOT, 'examples', 'ice-ensemble');

const TRIALS: readonly Trial[] = [
  {
    name: 'the demo runs to its report',
    script: 'tools/demo/run.ts',
    args: [],
    holds: () =>
      existsSync(join(DEMO, 'report.html')) &&
      readFileSync(join(DEMO, 'results', 'table.csv'), 'utf8')
        .trim()
        .split('\n').length === 90,
  },
  {
    name: `a sweep survives ${KILLS} kills of its leader`,
    script: 'tools/kill/run.ts',
    args: ['--kills', String(KILLS)],
    holds: () => true,
  },
  {
    name: `an ensemble that archives its members survives ${ENSEMBLE_KILLS} kills of its leader`,
    script: 'tools/kill/run.ts',
    args: ['--what', 'ensemble', '--kills', String(ENSEMBLE_KILLS)],
    holds: () => true,
  },
  {
    name: `an ensemble of model-ensembler survives ${ENSEMBLE_KILLS} kills of its leader`,
    script: 'tools/kill/run.ts',
    args: ['--what', 'upstream', '--kills', String(ENSEMBLE_KILLS)],
    holds: () => true,
  },
  ...['gcs-emulator', 'azurite'].map((profile) => ({
    name: `the sweep runs with its results in ${profile}`,
    script: 'tools/example/run.ts',
    args: ['ice-sheet', profile],
    holds: () => true,
  })),
];

/** What a script ends with that needs something this machine does not have. */
const DID_NOT_RUN = 3;

/** Several times what the slowest takes on two cores: only a hang is ended. */
const TRIAL_MINUTES = 12;
const TESTS_MINUTES = 25;

async function carryOut({ name, script, args, holds }: Trial): Promise<Verdict> {
  console.log(`\nlive: ${name}`);
  const call = [process.execPath, '--conditions=@orchestrate/source', script, ...args] as const;
  const ended = await runLimited(call, { cwd: ROOT }, TRIAL_MINUTES);
  const code = ended === 'took too long' ? undefined : ended.code;
  if (code === DID_NOT_RUN) {
    console.log(`did not run: ${name}`);
    return mustRun() ? 'failed' : 'did not run';
  }
  const isGood = code === 0 && holds();
  const how = ended === 'took too long' ? ended : `exit code ${code}`;
  console.log(`live: ${name}: ${isGood ? 'passed' : `FAILED (${how})`}`);
  return isGood ? 'passed' : 'failed';
}

/** Where everything is there that the beds need, a bed that does not come up is a defect. */
function mustRun(): boolean {
  return process.env['CI'] === 'true' && process.platform === 'linux' && process.getuid?.() === 0;
}

/** Runs the live tests of a folder, whose counts they print themselves. Those of a bed need no settings of their own. */
async function runLiveTests(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  const settings = hasLiveTests(folder) ? ['--config', LIVE_SETTINGS] : [];
  const env = { ...process.env, ...environment };
  const cwd = join(ROOT, folder);
  const ended = await runLimited(['vitest', 'run', ...settings], { cwd, env }, TESTS_MINUTES);
  return ended !== 'took too long' && ended.code === 0;
}

const LIVE_SETTINGS = 'vitest.live.config.ts';

const hasLiveTests = (folder: string): boolean => existsSync(join(ROOT, folder, LIVE_SETTINGS));

const wasSlurmUp = readBed() !== undefined;

/** The environment of several beds, each brought up; the first that cannot be had is the reason. */
async function together(beds: readonly Pick<Bed, 'up'>[]): Promise<Started> {
  const all: Record<string, string> = {};
  for (const { up } of beds) {
    const started = await up();
    if ('reason' in started) return started;
    Object.assign(all, started);
  }
  return all;
}

const STORES = [
  { up: gcs.bringUp, down: gcs.bringDown },
  { up: azure.bringUp, down: azure.bringDown },
];

/** Servers and programs that live tests need, and the packages whose tests need them. */
const BEDS: readonly Bed[] = [
  {
    name: 'containers',
    packages: ['packages/backend-local'],
    up: containers.bringUp,
    down: containers.bringDown,
  },
  { name: 'browser', packages: ['packages/cli'], up: browser.bringUp, down: browser.bringDown },
  { name: 'gcs', packages: ['packages/storage-gcs'], up: gcs.bringUp, down: gcs.bringDown },
  { name: 'azure', packages: ['packages/storage-azure'], up: azure.bringUp, down: azure.bringDown },
  {
    name: 'slurm',
    own: 'tools/testbed/slurm',
    // The tests of SSH start servers of their own, with the sshd that the bed installs.
    packages: ['packages/ssh', 'packages/backend-slurm', 'test'],
    // Projects on the cluster keep their data in the stores.
    up: () => together([...STORES, { up: slurm.bringUp }]),
    down: async () => {
      for (const { down } of STORES) down();
      // One that was up before is somebody else's.
      if (!wasSlurmUp) await slurm.bringDown();
    },
  },
  {
    name: 'kubernetes',
    own: 'tools/testbed/kubernetes',
    packages: ['packages/backend-k8s', 'test/kubernetes'],
    up: kubernetes.bringUp,
    down: kubernetes.bringDown,
  },
];

async function tryBed({ name, own, packages, up, down }: Bed): Promise<Verdict> {
  console.log(`\nlive: ${name}`);
  const bed = await up();
  if ('reason' in bed) {
    await down();
    console.log(`did not run: ${name} (${bed.reason})`);
    return mustRun() ? 'failed' : 'did not run';
  }
  try {
    const folders = [...(own === undefined ? [] : [own]), ...packages.filter(hasLiveTests)];
    const results: boolean[] = [];
    for (const folder of folders) results.push(await runLiveTests(folder, bed));
    const isGood = results.length > 0 && results.every(Boolean);
    console.log(`live: ${name}: ${isGood ? 'passed' : 'FAILED'}`);
    return isGood ? 'passed' : 'failed';
  } finally {
    await down();
  }
}

const built = spawnSync('nx', ['run-many', '-t', 'build'], { cwd: ROOT, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
const verdicts = new Map<string, Verdict>();
for (const trial of TRIALS) verdicts.set(trial.name, await carryOut(trial));
for (const bed of BEDS) verdicts.set(bed.name, await tryBed(bed));
const count = (wanted: Verdict) => [...verdicts.values()].filter((one) => one === wanted).length;
const missing = count('did not run');
for (const [name, verdict] of verdicts)
  if (verdict !== 'passed') console.log(`${verdict}: ${name}`);
const rest = missing === 0 ? '' : `, ${missing} did not run`;
console.log(`\nlive: ${count('passed')} passed, ${count('failed')} failed${rest}`);
process.exitCode = count('failed') === 0 ? 0 : 1;
