import { setTimeout as pause } from 'node:timers/promises';
import { execute, until } from '../../testbed/slurm/execute.ts';
import { measure, measureGood, ORCHESTRATE, tidy } from '../measure.ts';
import type { Benchmark } from '../report.ts';
import { countedSite, slurmProject } from './site.ts';

const JOBS = 10_000;
/** Of these are ours: the engine has no more submitted at once. The others are of the same user. */
const OURS = 4_096;
const ARRAY = 1_000;
const MINUTES = 2;

const PROJECT = `name: queries
plugins: ["@orchestrate/backend-slurm"]
backends: { hpc: { use: slurm, pack: false } }
flows:
  grow:
    backend: hpc
    matrix: { n: { range: [1, ${JOBS}, 1] } }
    tasks:
      wait: { run: "true", options: { sbatch: { begin: now+1hour } } }
`;

/** What 10,000 jobs that wait ask of SLURM. */
export const slurmQueries: Benchmark = async () => {
  await using site = await countedSite();
  const folder = slurmProject('slurm-queries', { 'project.yaml': PROJECT });
  const env = site.environment;
  const leader = measure([process.execPath, ORCHESTRATE, 'run', '--json'], { cwd: folder, env });
  const addOthers = async () => {
    for (let left = JOBS - OURS; left > 0; left -= ARRAY) {
      const array = `--array=0-${Math.min(left, ARRAY) - 1}`;
      const call = ['sbatch', array, '--hold', '--output=/dev/null', '--wrap=true'] as const;
      await measureGood(call, { cwd: folder, env });
    }
  };
  const queued = (count: number) => async () =>
    (await execute(['squeue', '-h', '-r', '-o', '%i'], { env })).stdout.split('\n').length > count;
  try {
    await until('jobs of ours', queued(OURS - 1), 120);
    await addOthers();
    await until('queued jobs', queued(JOBS - 1), 60);
    await site.reset();
    await pause(MINUTES * 60_000);
    const commands = site.commands();
    const requests = await site.requests();
    return {
      bench: 'slurm-queries',
      ours: {
        jobs: JOBS,
        jobsOfOurs: OURS,
        commandsPerMinute: tidy(commands / MINUTES),
        requestsPerMinute: tidy(requests / MINUTES),
      },
      rival: {},
      ratio: {},
      limit: { commandsPerMinuteAtMost: 2 },
    };
  } finally {
    const words = [process.execPath, ORCHESTRATE, 'cancel'] as const;
    await measure(words, { cwd: folder, env });
    await leader;
    await site.cancelAll();
    await site.untilIdle();
  }
};
