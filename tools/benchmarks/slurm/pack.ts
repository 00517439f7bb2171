import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mustEqual, tidy } from '../measure.ts';
import type { Benchmark, Figures } from '../report.ts';
import { type CountedSite, countedSite, orchestrateOn, slurmProject } from './site.ts';

const MEMBERS = 1_000;

const project = (options: string): string => `name: pack
plugins: ["@orchestrate/flows-ensemble", "@orchestrate/backend-slurm"]
backends: { hpc: { use: slurm } }
flows:
  grow:
    use: ensemble
    backend: hpc
    with: { template: template, run: "true", matrix: { n: { range: [1, ${MEMBERS}, 1] } }${options} }
`;

async function packed(site: CountedSite, name: string, options: string): Promise<Figures> {
  const folder = slurmProject(name, { 'project.yaml': project(options), 'template/in': 'in\n' });
  await site.reset();
  const { seconds } = await orchestrateOn(site, folder, 'run');
  const commands = site.commands();
  mustEqual('members', readdirSync(join(folder, 'grow')).length, MEMBERS);
  await site.untilIdle();
  return { seconds: tidy(seconds), commands };
}

/** 1,000 members that do nothing, which share jobs of SLURM: because it was told how short they are, or has learned it. */
export const slurmPack: Benchmark = async () => {
  await using site = await countedSite();
  const declared = await packed(site, 'slurm-pack', ', options: { expectSeconds: 0.1 }');
  const learned = await packed(site, 'slurm-pack-learned', '');
  return {
    bench: 'slurm-pack',
    ours: { declared, learned },
    rival: {},
    ratio: {},
    limit: { secondsAtMost: 5 },
  };
};
