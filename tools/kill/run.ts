/**
 * `npm run kill [-- --kills 50 --seed 1]`: runs a sweep of 60 tasks and kills the leader with SIGKILL at random moments,
 * resuming each time. Afterwards every task must have had its side effect exactly once, and every output must equal that
 * of an undisturbed run. Says what it saw as one JSON line; the exit code is 1 when the promise was broken.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ORCHESTRATE } from '../benchmarks/measure.ts';
import { project } from '../benchmarks/project.ts';

const LONGEST_LIFE_MILLISECONDS = 1_200;
const STOPPED = 3;
/** What `resume` says of a run that was killed before it was entered, or after its last task. */
const NOTHING_TO_RESUME = /"(?:CLI_NO_RUN|JOURNAL_MISSING|RUN_FINISHED)"/;
const REFUSED = 2;
const MEMBERS = 20;

/** Every task leaves a line behind when it runs to its end: two lines are two executions, none is a lost one. */
const PROJECT = `name: kill
backends: { local: { use: local, slots: 2 } }
flows:
  sweep:
    matrix: { n: { range: [1, ${MEMBERS}, 1] } }
    tasks:
      grow:
        run: |
          sleep 0.3
          seq {{ n }} 400 > {{ outputs.numbers }}
          echo ran >> effects/grow-{{ n }}
        outputs: { numbers: "out/{{ n }}/numbers.txt" }
      square:
        needs: grow
        call: "./square.ts#square"
        inputs: { numbers: "{{ tasks.grow.outputs.numbers }}" }
        args: { n: "{{ n }}" }
        outputs: { squares: "out/{{ n }}/squares.txt" }
      sum:
        needs: square
        run: |
          sleep 0.1
          paste -sd+ {{ inputs.squares }} > {{ outputs.sum }}
          echo ran >> effects/sum-{{ n }}
        inputs: { squares: "{{ tasks.square.outputs.squares }}" }
        outputs: { sum: "out/{{ n }}/sum.txt" }
`;

const SQUARE = `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
export async function square(args, context) {
  const lines = readFileSync(context.inputs.numbers, 'utf8').trim().split('\\n');
  await new Promise((resolve) => setTimeout(resolve, 100));
  writeFileSync(context.outputs.squares, lines.map((line) => String(Number(line) ** 2)).join('\\n'));
  appendFileSync('effects/square-' + args.n, 'ran\\n');
}
`;

function folderFor(name: string): string {
  return project(name, { 'project.yaml': PROJECT, 'square.ts': SQUARE, 'effects/.keep': '' });
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

function hashes(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(join(folder, 'out'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(
      path.slice(folder.length),
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    );
  }
  return found;
}

/** Tasks whose side effect was not seen exactly once, with the count. */
function notOnce(folder: string): string[] {
  const wrong: string[] = [];
  for (const task of ['grow', 'square', 'sum']) {
    for (let n = 1; n <= MEMBERS; n += 1) {
      let count = 0;
      try {
        count = readFileSync(join(folder, 'effects', `${task}-${n}`), 'utf8')
          .trim()
          .split('\n').length;
      } catch {
        count = 0;
      }
      if (count !== 1) wrong.push(`${task}[n=${n}] ran ${count} times`);
    }
  }
  return wrong;
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
    options: { kills: { type: 'string' }, seed: { type: 'string' } },
  });
  const wanted = Number(values.kills ?? 50);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const undisturbed = folderFor('kill-undisturbed');
  await lead(undisturbed, 'run');
  const expected = hashes(undisturbed);
  const random = seeded(seed);
  const broken: string[] = [];
  let kills = 0;
  let rounds = 0;
  while (kills < wanted && broken.length === 0) {
    const folder = folderFor('kill');
    kills += await round(folder, wanted - kills, random);
    rounds += 1;
    broken.push(...notOnce(folder));
    const got = hashes(folder);
    for (const [path, hash] of expected) if (got.get(path) !== hash) broken.push(`${path} differs`);
    if (got.size !== expected.size) broken.push(`${got.size} outputs, expected ${expected.size}`);
  }
  console.log(JSON.stringify({ kills, rounds, seed, tasks: MEMBERS * 3, broken }));
  return broken.length === 0 ? 0 : 1;
}

process.exitCode = await main();
