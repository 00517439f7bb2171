import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Measured, measureGood, mustEqual, tidy } from '../measure.ts';
import type { Benchmark, Figures } from '../report.ts';
import { modelEnsemblerRival, snakemakeOnSlurm } from '../rivals.ts';
import { type CountedSite, countedSite, orchestrateOn, slurmProject } from './site.ts';

const MEMBERS = 200;
const TASKS = 60;

const runs = Array.from({ length: MEMBERS }, (_, n) => `    - {thickness: ${n}.0}`).join('\n');

/** The same files for both programs. */
const ENSEMBLE: Readonly<Record<string, string>> = {
  'template/job.sh.j2': `#!/bin/bash
#SBATCH --output=/dev/null
echo {{ run.thickness }} > done
`,
  'bench.yaml': `---
ensemble:
  vars: {}
  pre_process: []
  post_process: []
  batches:
  - name: bench
    basedir: ./runs
    templatedir: ../template
    templates: [job.sh.j2]
    job_file: job.sh
    cluster: short
    maxruns: ${MEMBERS}
    maxjobs: 50
    pre_batch: []
    pre_run: []
    runs:
${runs}
    post_run: []
    post_batch: []
`,
  'project.yaml': `name: peers
plugins: ["@orchestrate/flows-ensemble", "@orchestrate/backend-slurm"]
backends: { hpc: { use: slurm } }
flows: { bench: { use: ensemble, backend: hpc, with: { file: bench.yaml } } }
`,
};

const TOUCHES = `name: touches
plugins: ["@orchestrate/backend-slurm"]
backends: { hpc: { use: slurm } }
flows:
  many:
    backend: hpc
    matrix: { n: { range: [1, ${TASKS}, 1] } }
    tasks:
      file: { run: "touch {{ outputs.file }}", outputs: { file: { path: "out/{{ n }}", mayBeEmpty: true } } }
`;

const SNAKEFILE = `rule all:
    input: expand("out/{n}", n=range(1, ${TASKS + 1}))
rule file:
    output: "out/{n}"
    resources: slurm_account="root", slurm_partition="short", runtime=5, mem_mb=100
    shell: "touch {output}"
`;

async function counted(site: CountedSite, run: () => Promise<Measured>): Promise<Figures> {
  await site.reset();
  const { seconds } = await run();
  const commands = site.commands();
  await site.untilIdle();
  return { seconds: tidy(seconds), commands };
}

const doneIn = (folder: string): number =>
  readdirSync(folder).filter((name) => existsSync(join(folder, name, 'done'))).length;

async function ensembles(site: CountedSite): Promise<{ ours: Figures; rival: Figures }> {
  const mine = slurmProject('slurm-peers-ensemble', ENSEMBLE);
  const ours = await counted(site, () => orchestrateOn(site, mine, 'run', '--json'));
  mustEqual('members', doneIn(join(mine, 'runs')), MEMBERS);
  const bin = await modelEnsemblerRival();
  const theirs = slurmProject('slurm-peers-model-ensembler', ENSEMBLE);
  // A second between two looks, where it would wait for up to a minute.
  const often = ['-ct', '1', '-st', '1', '-rt', '1', '-et', '1', '-ms', '1'];
  const call = [join(bin, 'model_ensemble'), ...often, 'bench.yaml', 'slurm'] as const;
  const env = site.environment;
  const rival = await counted(site, () => measureGood(call, { cwd: theirs, env }));
  mustEqual('members of model-ensembler', doneIn(join(theirs, 'runs')), MEMBERS);
  return { ours, rival };
}

async function touches(site: CountedSite): Promise<{ ours: Figures; rival: Figures }> {
  const mine = slurmProject('slurm-peers-touches', { 'project.yaml': TOUCHES });
  const ours = await counted(site, () => orchestrateOn(site, mine, 'run', '--json'));
  mustEqual('files', readdirSync(join(mine, 'out')).length, TASKS);
  const bin = await snakemakeOnSlurm();
  const theirs = slurmProject('slurm-peers-snakemake', { Snakefile: SNAKEFILE });
  const often = [
    '--seconds-between-status-checks',
    '2',
    '--slurm-init-seconds-before-status-checks',
    '2',
  ];
  const call = ['--executor', 'slurm', '--jobs', String(TASKS), '--latency-wait', '10', ...often];
  const env = { ...site.environment, PATH: `${bin}:${site.environment['PATH'] ?? ''}` };
  const rival = await counted(site, () =>
    measureGood([join(bin, 'snakemake'), ...call, '--quiet', 'all'], { cwd: theirs, env }),
  );
  mustEqual('files of Snakemake', readdirSync(join(theirs, 'out')).length, TASKS);
  return { ours, rival };
}

const times = (figure: string, { ours, rival }: { ours: Figures; rival: Figures }): number =>
  tidy((rival[figure] ?? 0) / (ours[figure] ?? 1));

/** What users of SLURM run today, on the same cluster: 200 members of model-ensembler, and 60 small tasks of Snakemake. */
export const slurmPeers: Benchmark = async () => {
  await using site = await countedSite();
  const files = await touches(site);
  const members = await ensembles(site);
  return {
    bench: 'slurm-peers',
    ours: { members: members.ours, files: files.ours },
    rival: { modelEnsembler: members.rival, snakemake: files.rival },
    ratio: {
      timesFasterThanModelEnsembler: times('seconds', members),
      timesFewerCommandsThanModelEnsembler: times('commands', members),
      timesFasterThanSnakemake: times('seconds', files),
      timesFewerCommandsThanSnakemake: times('commands', files),
    },
    limit: {
      timesFasterThanModelEnsemblerAtLeast: 3,
      timesFasterThanSnakemakeAtLeast: 5,
      timesFewerCommandsAtLeast: 20,
    },
  };
};
