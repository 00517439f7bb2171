/**
 * `npm run kill [-- --what sweep|ensemble|upstream|slurm|k8s|k8s-packs --kills 50 --seed 1]`: runs a sweep of 60 tasks, an ensemble of
 * 60 members, one of model-ensembler with `repeat`, one of 200 members on SLURM, or a sweep of 60 on Kubernetes, and kills the leader with SIGKILL at random moments, resuming each time. Afterwards every task must have
 * had its side effect exactly once, every result must equal that of an undisturbed run, no source may have changed and nothing
 * unfinished may be left. Says what it saw as one JSON line; the exit code is 1 when the promise was broken.
 * `--what slurm-pilots` shows the two faults of SLURM that break others: an `sbatch` that lies, and a leader killed with six jobs running.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { project } from '../benchmarks/project.ts';
import { ensemble, upstream } from './ensemble.ts';
import { k8s, k8sPacks } from './k8s.ts';
import { k8sBed } from './k8s-bed.ts';
import { lead, REFUSED } from './leader.ts';
import { slurm } from './slurm.ts';
import { slurmBed } from './slurm-bed.ts';
import { slurmPilots } from './slurm-pilots.ts';
import { sweep } from './sweep.ts';
import { contents, differences, type Trial } from './trial.ts';

const LONGEST_LIFE_MILLISECONDS = 1_200;
const TRIALS: Readonly<Record<string, Trial>> = {
  sweep,
  ensemble,
  upstream,
  slurm,
  k8s,
  'k8s-packs': k8sPacks,
};
const BEDS = { slurm: slurmBed, kubernetes: k8sBed } as const;

function folderFor(name: string, { files }: Trial): string {
  return project(name, { ...files, 'effects/.keep': '' });
}

/** Small seeded generator (mulberry32), so that a failing sequence of kills can be repeated. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Environment = Readonly<Record<string, string>>;

async function round(
  folder: string,
  killsLeft: number,
  longestLife: number,
  random: () => number,
  environment: Environment,
): Promise<number> {
  let kills = 0;
  let command = 'run';
  for (;;) {
    const isLast = kills >= killsLeft;
    const killed = isLast
      ? {}
      : { killed: pause(random() * longestLife, undefined, { ref: false }) };
    const code = await lead(folder, command, { environment, ...killed });
    if (code === 0) return kills;
    if (code === undefined) kills += 1;
    // A leader killed before its first fact leaves no run to resume; `run` goes on where there is one.
    command = kills % 2 === 0 || code === REFUSED ? 'run' : 'resume';
    if (command === 'resume' && !readdirSync(folder).includes('.orchestrate')) command = 'run';
  }
}

/** What was asked for on the command line. */
function wishes(): { readonly what: string; readonly wanted: number; readonly seed: number } {
  const { values } = parseArgs({
    options: { kills: { type: 'string' }, seed: { type: 'string' }, what: { type: 'string' } },
  });
  return {
    what: values.what ?? 'sweep',
    wanted: Number(values.kills ?? 50),
    seed: Number(values.seed ?? Date.now() % 1_000_000),
  };
}

async function main(): Promise<number> {
  const { what, wanted, seed } = wishes();
  if (what === 'slurm-pilots') return (await slurmPilots()) ? 0 : 1;
  const trial = TRIALS[what];
  if (trial === undefined)
    throw new Error(`--what: expected ${[...Object.keys(TRIALS), 'slurm-pilots'].join(', ')}`);
  await using cluster = trial.needs === undefined ? undefined : await BEDS[trial.needs]();
  const environment = cluster?.environment ?? {};
  const undisturbed = folderFor('kill-undisturbed', trial);
  await lead(undisturbed, 'run', { environment });
  const expected = contents(join(undisturbed, trial.results));
  const broken = [...trial.broken(undisturbed)];
  if (expected.size === 0) broken.push('an undisturbed run leaves no results');
  const random = seeded(seed);
  let kills = 0;
  let rounds = 0;
  while (kills < wanted && broken.length === 0) {
    const folder = folderFor('kill', trial);
    const longest = trial.longestLife ?? LONGEST_LIFE_MILLISECONDS;
    kills += await round(folder, wanted - kills, longest, random, environment);
    rounds += 1;
    if (cluster !== undefined) broken.push(...(await cluster.leftOf(folder)));
    broken.push(...trial.broken(folder));
    broken.push(...differences(contents(join(folder, trial.results)), expected));
  }
  const { tasks } = trial;
  console.log(JSON.stringify({ what, kills, rounds, seed, tasks, broken }));
  return broken.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
