/** The cluster that trials run on: the test bed of SLURM that the environment names, brought up for them where it is not. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bringDown, bringUp } from '../testbed/slurm/bed.ts';
import { readBed } from '../testbed/slurm/description.ts';
import { execute } from '../testbed/slurm/execute.ts';
import { layoutOf } from '../testbed/slurm/layout.ts';
import type { Cluster } from './cluster.ts';

/** Answers the cluster; one that had to be brought up goes down when it is disposed of. */
export async function slurmBed(): Promise<Cluster> {
  const wasUp = readBed() !== undefined;
  const bed = await bringUp();
  if ('reason' in bed) throw new Error(`did not run: slurm (${bed.reason})`);
  const environment = { ...bed, SLURM_CONF: layoutOf().paths.slurmConf };
  return {
    environment,
    leftOf: (folder) => leftInQueue(environment, ofRunsIn(folder)),
    async [Symbol.asyncDispose]() {
      if (!wasUp) await bringDown();
    },
  };
}

/** Jobs that SLURM still has, of those whose name is one of ours, a line each. */
async function leftInQueue(
  environment: Cluster['environment'],
  isOurs: (name: string) => boolean,
): Promise<readonly string[]> {
  const { stdout } = await execute(['squeue', '-h', '-o', '%j %i %T'], { env: environment });
  return stdout
    .split('\n')
    .filter((line) => isOurs(line.split(' ')[0] ?? ''))
    .map((line) => `${line} is left in the queue`);
}

/** Whether a name is that of a job of a run in this folder. */
function ofRunsIn(folder: string): (name: string) => boolean {
  const runs = join(folder, '.orchestrate', 'runs');
  const known = existsSync(runs) ? readdirSync(runs) : [];
  return (name) => known.some((run) => name.startsWith(run));
}
