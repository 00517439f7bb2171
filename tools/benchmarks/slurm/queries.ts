import { setTimeout as pause } from 'node:timers/promises';
import { execute, until } from '../../testbed/slurm/execute.ts';
import { measure, ORCHESTRATE, tidy } from '../measure.ts';
import type { Benchmark } from '../report.ts';
import { countedSite, slurmProject } from './site.ts';

const JOBS = 10_000;
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
  const queued = async () =>
    (await execute(['squeue', '-h', '-r', '-o', '%i'], { env })).stdout.split('\n').length > JOBS;
  try {
    await site.reset();
    await until('queued jobs', queued, 120);
    await site.reset();
    await pause(MINUTES * 60_000);
    const commands = site.commands();
    const requests = await site.requests();
    return {
      bench: 'slurm-queries',
      ours: {
        jobs: JOBS,
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
