import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { measureGood, mustEqual, tidy } from '../measure.ts';
import type { Benchmark } from '../report.ts';
import { type CountedSite, countedSite, orchestrateOn, slurmProject } from './site.ts';

const MEMBERS = 1_000;
const SCRIPT = 'sleep 1\ntouch done\n';

const PROJECT = `name: array
plugins: ["@orchestrate/flows-ensemble", "@orchestrate/backend-slurm"]
backends: { hpc: { use: slurm, pack: false } }
flows:
  grow:
    use: ensemble
    backend: hpc
    with: { template: template, job: run.sh, matrix: { n: { range: [1, ${MEMBERS}, 1] } } }
`;

const BARE = `#!/bin/bash
#SBATCH --output=/dev/null
cd "$FOLDER/$SLURM_ARRAY_TASK_ID" || exit
exec bash ../run.sh
`;

/** When the members of a folder were done, milliseconds since 1970. */
function ends(folder: string): number[] {
  return readdirSync(folder)
    .map((name) => join(folder, name, 'done'))
    .filter((path) => existsSync(path))
    .map((path) => statSync(path).mtimeMs);
}

/** The same script as an array, each task in a directory of its own: seconds from `sbatch` to the end of the last. */
async function bare(site: CountedSite): Promise<number> {
  const members = Array.from({ length: MEMBERS }, (_, n) => [`${n}/.keep`, ''] as const);
  const files = { ...Object.fromEntries(members), 'run.sh': SCRIPT, 'batch.sh': BARE };
  const folder = slurmProject('slurm-array-bare', files);
  const began = Date.now();
  await measureGood(['sbatch', '--parsable', `--array=0-${MEMBERS - 1}`, 'batch.sh'], {
    cwd: folder,
    env: { ...site.environment, FOLDER: folder },
  });
  await site.untilIdle();
  const done = ends(folder);
  mustEqual('members that the bare array ran', done.length, MEMBERS);
  return (Math.max(...done) - began) / 1000;
}

/** 1,000 members of one second as arrays, from `run` to the final table, against the bare array; and what that asks of SLURM. */
export const slurmArray: Benchmark = async () => {
  await using site = await countedSite();
  const folder = slurmProject('slurm-array', {
    'project.yaml': PROJECT,
    'template/run.sh': SCRIPT,
  });
  await site.reset();
  const ours = await orchestrateOn(site, folder, 'run');
  const commands = site.commands();
  const requests = await site.requests();
  mustEqual('members that ran', ends(join(folder, 'grow')).length, MEMBERS);
  await site.untilIdle();
  const rival = await bare(site);
  return {
    bench: 'slurm-array',
    ours: { seconds: tidy(ours.seconds), commands, requests },
    rival: { bareArray: { seconds: tidy(rival) } },
    ratio: { timeOursOverBareArray: tidy(ours.seconds / rival) },
    limit: { timeOursOverBareArrayAtMost: 1.05, commandsAtMost: 120, requestsAtMost: 120 },
  };
};
