/**
 * `npm run kill [-- --what sweep|ensemble|upstream --kills 50 --seed 1]`: runs a sweep of 60 tasks, an ensemble of 60 members, or one of
 * model-ensembler with `repeat`, and kills the leader with SIGKILL at random moments, resuming each time. Afterwards every task must have
 * had its side effect exactly once, every result must equal that of an undisturbed run, no source may have changed and nothing
 * unfinished may be left. Says what it saw as one JSON line; the exit code is 1 when the promise was broken.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ORCHESTRATE } from '../benchmarks/measure.ts';
import { project } from '../benchmarks/project.ts';
import { ensemble, upstream } from './ensemble.ts';
import { sweep } from './sweep.ts';
import { contents, differences, type Trial } from './trial.ts';

const LONGEST_LIFE_MILLISECONDS = 1_200;
const STOPPED = 3;
/** What `resume` says of a run that was killed before it was entered, or after its last task. */
const NOTHING_TO_RESUME = /"(?:CLI_NO_RUN|JOURNAL_MISSING|RUN_FINISHED)"/;
const REFUSED = 2;
const TRIALS: Readonly<Record<string, Trial>> = { sweep, ensemble, upstream };

function folderFor(name: string, { files }: Trial): string {
  return project(name, { ...files, 'effects/.keep': '' });
}

/** Runs a leader; kills it after the given time if it is still there. Answers its exit code, or `undefined` when killed. */
function lead(
  folder: string,
  command: string,
  lifeMilliseconds?: number,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const leader = spawn(process.execPath, [ORCHESTRATE, command, '--json'], { cwd: folder });
    const words: Buffer[] = [];
    leader.stdout.on('data', (piece: Buffer) => words.push(piece));
    leader.stderr.on('data', (piece: Buffer) => words.push(piece));
    const timer =
      lifeMilliseconds === undefined
        ? undefined
        : setTimeout(() => leader.kill('SIGKILL'), lifeMilliseconds);
    leader.on('error', reject);
    leader.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0 || code === STOPPED) resolve(code);
      else if (code === REFUSED && NOTHING_TO_RESUME.test(Buffer.concat(words).toString()))
        resolve(code);
      else
        reject(
          new Error(
            `${command} ended with ${code}:\n${Buffer.concat(words).toString().slice(-4000)}`,
          ),
        );
    });
  });
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

async function round(folder: string, killsLeft: number, random: () => number): Promise<number> {
  let kills = 0;
  let command = 'run';
  for (;;) {
    const life = kills < killsLeft ? random() * LONGEST_LIFE_MILLISECONDS : undefined;
    const code = await lead(folder, command, life);
    if (code === 0) return kills;
    if (code === undefined) kills += 1;
    // A leader killed before its first fact leaves no run to resume; `run` goes on where there is one.
    command = kills % 2 === 0 || code === REFUSED ? 'run' : 'resume';
    if (command === 'resume' && !readdirSync(folder).includes('.orchestrate')) command = 'run';
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { kills: { type: 'string' }, seed: { type: 'string' }, what: { type: 'string' } },
  });
  const what = values.what ?? 'sweep';
  const trial = TRIALS[what];
  if (trial === undefined) throw new Error(`--what: expected ${Object.keys(TRIALS).join(', ')}`);
  const wanted = Number(values.kills ?? 50);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const undisturbed = folderFor('kill-undisturbed', trial);
  await lead(undisturbed, 'run');
  const expected = contents(join(undisturbed, trial.results));
  const broken = [...trial.broken(undisturbed)];
  if (expected.size === 0) broken.push('an undisturbed run leaves no results');
  const random = seeded(seed);
  let kills = 0;
  let rounds = 0;
  while (kills < wanted && broken.length === 0) {
    const folder = folderFor('kill', trial);
    kills += await round(folder, wanted - kills, random);
    rounds += 1;
    broken.push(...trial.broken(folder));
    broken.push(...differences(contents(join(folder, trial.results)), expected));
  }
  const { tasks } = trial;
  console.log(JSON.stringify({ what, kills, rounds, seed, tasks, broken }));
  return broken.length === 0 ? 0 : 1;
}

process.exitCode = await main();
