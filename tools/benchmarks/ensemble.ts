import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { measureGood, mustEqual, ROOT, tidy } from './measure.ts';
import { orchestrate, project } from './project.ts';
import type { Benchmark } from './report.ts';
import { modelEnsemblerRival } from './rivals.ts';

const MEMBERS = 1_000;

const FILES: Readonly<Record<string, string>> = {
  'template/job.sh.j2': `#!/bin/sh
#SBATCH --job-name={{ run.id }}
#SBATCH --ntasks={{ run.ntasks }}
exec true
`,
  'template/model.nml.j2': `&model
  thickness = {{ run.thickness }}
  accumulation = {{ run.accumulation }}
{%- for level in run.levels %}
  level({{ loop.index }}) = {{ level }}
{%- endfor %}
/
`,
  'template/before.sh.j2': '#!/bin/sh\necho before {{ run.id }} > before.txt\n',
  'template/after.sh.j2': '#!/bin/sh\necho after {{ run.id }} > after.txt\n',
  'template/grid.txt': 'x y z\n'.repeat(100),
};

function configuration(): string {
  const runs = Array.from(
    { length: MEMBERS },
    (_, index) =>
      `    - {thickness: ${100 + (index % 10)}.0, accumulation: 0.${1 + Math.floor(index / 10)}}`,
  );
  return `---
ensemble:
  vars: {levels: [0.5, 1.0, 2.0]}
  pre_process: []
  post_process: []
  batch_config:
    templatedir: ../template
    templates: [job.sh.j2, model.nml.j2, before.sh.j2, after.sh.j2]
    job_file: job.sh
    cluster: short
    nodes: 1
    ntasks: 8
    length: 00:20:00
    maxruns: 8
    maxjobs: 2
  batches:
  - name: bench
    basedir: ./runs
    pre_batch: []
    pre_run: [{name: execute, args: {cmd: ./before.sh}}]
    runs:
${runs.join('\n')}
    post_run: [{name: execute, args: {cmd: ./after.sh}}]
    post_batch: []
`;
}

const PROJECT = `name: bench
plugins: ["@orchestrate/flows-ensemble"]
backends: { local: { use: local, slots: 2 } }
flows: { bench: { use: ensemble, with: { file: bench.yaml } } }
`;

function ensembleFolder(name: string): string {
  const folder = project(name, {
    ...FILES,
    'bench.yaml': configuration(),
    'project.yaml': PROJECT,
  });
  for (const path of Object.keys(FILES).filter((file) => file.endsWith('.sh.j2'))) {
    chmodSync(join(folder, path), 0o755);
  }
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(
    join(ROOT, 'node_modules', '@orchestrate'),
    join(folder, 'node_modules', '@orchestrate'),
  );
  return folder;
}

/** What all members have to have left, in one text. */
function outcome(folder: string): string {
  return Array.from({ length: MEMBERS }, (_, index) => {
    const directory = join(folder, 'runs', `bench-${index}`);
    const texts = ['model.nml', 'before.txt', 'after.txt'].map((file) =>
      existsSync(join(directory, file))
        ? readFileSync(join(directory, file), 'utf8')
        : `no ${file}`,
    );
    return texts.join('');
  }).join('');
}

/** The same file with 1,000 members, four templates, two hooks and a job that does nothing, by both programs. */
export const ensemble: Benchmark = async () => {
  const bin = await modelEnsemblerRival();
  const mine = ensembleFolder('ensemble-orchestrate');
  const ours = await orchestrate(mine, 'run', '--json');
  const theirs = ensembleFolder('ensemble-model-ensembler');
  // Intervals of no length: it looks again at once, as often as it can.
  const shortest = ['-ct', '0', '-st', '0', '-rt', '0', '-et', '0', '-ms', '0'];
  const rival = await measureGood(
    [join(bin, 'model_ensemble'), ...shortest, 'bench.yaml', 'dummy'],
    {
      cwd: theirs,
    },
  );
  const left = outcome(mine);
  mustEqual('members that ran their last hook', left.split('after bench-').length - 1, MEMBERS);
  mustEqual('what both made of all members', left === outcome(theirs), true);
  for (const folder of [mine, theirs]) rmSync(folder, { recursive: true, force: true });
  return {
    bench: 'ensemble',
    ours: { seconds: tidy(ours.seconds), secondsPerMember: tidy(ours.seconds / MEMBERS) },
    rival: {
      modelEnsembler: {
        seconds: tidy(rival.seconds),
        secondsPerMember: tidy(rival.seconds / MEMBERS),
      },
    },
    ratio: { timesFasterThanModelEnsembler: tidy(rival.seconds / ours.seconds) },
    limit: { timesFasterAtLeast: 10 },
  };
};
