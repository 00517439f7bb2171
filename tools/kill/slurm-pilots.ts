/**
 * The two faults that break the best peers, on a real SLURM: an `sbatch` that takes the job and says "Socket timed out", and a
 * leader killed while six jobs run, that is started again. Six tasks have to run six times, both times.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { project } from '../benchmarks/project.ts';
import { must, until } from '../testbed/slurm/execute.ts';
import type { Cluster } from './cluster.ts';
import { lead, REFUSED } from './leader.ts';
import { slurmBed } from './slurm-bed.ts';
import { notOnce } from './trial.ts';

const TASKS = 6;
const NUMBERS = Array.from({ length: TASKS }, (_, at) => at + 1);

/** Every task leaves a line when it begins and one when it is done: two lines are two executions. */
function pilotProject(name: string, options: string): string {
  return project(name, {
    'project.yaml': `name: pilot
plugins: ["@orchestrate/backend-slurm"]
backends: { hpc: { use: slurm, pollSeconds: 0.5, queueSeconds: 2, settleSeconds: 20 } }
flows:
  six:
    backend: hpc
    matrix: { n: { range: [1, ${TASKS}, 1] } }
    tasks:
      work:
        run: |
          echo ran >> effects/began-{{ n }}
          until [ -e go ]; do sleep 0.1; done
          echo ran >> effects/done-{{ n }}
          echo {{ n }} > {{ outputs.file }}
        outputs: { file: "out/{{ n }}" }
        options: ${options}
`,
    'effects/.keep': '',
  });
}

const ONE_ARRAY = '{}';
/** Options that differ make a submission for each. */
const ONE_BY_ONE = '{ sbatch: { comment: "task {{ n }}" } }';

/** An `sbatch` that does as it should, and answers a lie: at its third call, or always. */
async function lyingSbatch(folder: string, lies: string): Promise<string> {
  const real = (await must(['sh', '-c', 'command -v sbatch'])).trim();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const path = join(bin, 'sbatch');
  writeFileSync(
    path,
    `#!/bin/bash
answer=$(${real} "$@") || exit
echo called >> "\${0%/*}/calls"
calls=$(wc -l < "\${0%/*}/calls")
if ${lies}; then
  echo lied >> "\${0%/*}/lies"
  echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2
  exit 1
fi
printf '%s\\n' "$answer"
`,
  );
  chmodSync(path, 0o755);
  return bin;
}

const linesOf = (file: string): number =>
  existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;

/** What was seen of one pilot. */
interface Seen {
  readonly pilot: string;
  readonly tasks: number;
  readonly executions: number;
  readonly broken: readonly string[];
}

async function judge(pilot: string, folder: string, cluster: Cluster): Promise<Seen> {
  const effects = join(folder, 'effects');
  const executions = NUMBERS.reduce((sum, n) => sum + linesOf(join(effects, `began-${n}`)), 0);
  const names = NUMBERS.flatMap((n) => [`began-${n}`, `done-${n}`]);
  const broken = [...notOnce(folder, names), ...(await cluster.leftOf(folder))];
  return { pilot, tasks: TASKS, executions, broken };
}

async function lie(name: string, options: string, lies: string, cluster: Cluster): Promise<Seen> {
  const folder = pilotProject(name, options);
  const bin = await lyingSbatch(folder, lies);
  writeFileSync(join(folder, 'go'), '');
  const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  const code = await lead(folder, 'run', { environment: { ...cluster.environment, PATH: path } });
  const seen = await judge(name, folder, cluster);
  const broken = [...seen.broken];
  if (code !== 0) broken.push(`run ended with ${code}`);
  if (linesOf(join(bin, 'lies')) === 0) broken.push('sbatch told no lie');
  return { ...seen, broken };
}

async function killed(cluster: Cluster): Promise<Seen> {
  const folder = pilotProject('leader killed with six jobs running', ONE_ARRAY);
  const all = async () => NUMBERS.every((n) => existsSync(join(folder, 'effects', `began-${n}`)));
  const { environment } = cluster;
  const first = await lead(folder, 'run', { environment, killed: until('six running jobs', all) });
  const broken = first === undefined ? [] : ['the leader ended before it was killed'];
  const second = lead(folder, 'resume', { environment });
  writeFileSync(join(folder, 'go'), '');
  const code = await second;
  if (code !== 0) broken.push(`resume ended with ${code}${code === REFUSED ? ' (refused)' : ''}`);
  const seen = await judge('leader killed with six jobs running', folder, cluster);
  return { ...seen, broken: [...broken, ...seen.broken] };
}

/** Runs the pilots, and says of each one line of JSON. Answers whether six tasks ran six times in all. */
export async function slurmPilots(): Promise<boolean> {
  await using cluster = await slurmBed();
  let isGood = true;
  const pilots = [
    () => lie('sbatch takes an array and says it timed out', ONE_ARRAY, 'true', cluster),
    () => lie('third sbatch says it timed out', ONE_BY_ONE, '[ "$calls" -eq 3 ]', cluster),
    () => lie('every sbatch says it timed out', ONE_BY_ONE, 'true', cluster),
    () => killed(cluster),
  ];
  for (const pilot of pilots) {
    const seen = await pilot();
    isGood &&= seen.broken.length === 0;
    console.log(JSON.stringify(seen));
  }
  return isGood;
}
