import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Measured, measureGood, median, mustEqual, tidy } from './measure.ts';
import { orchestrate, project } from './project.ts';
import type { Benchmark, Figures } from './report.ts';
import { pythonRivals } from './rivals.ts';

const TASKS = 1_000;

const OURS = `name: peers
backends: { local: { use: local, slots: 2 } }
flows:
  many:
    matrix: { n: { range: [1, ${TASKS}, 1] } }
    tasks:
      file: { run: "touch {{ outputs.file }}", outputs: { file: { path: "out/{{ n }}", mayBeEmpty: true } } }
`;

const SNAKEFILE = `rule all:
    input: expand("out/{n}", n=range(1, ${TASKS + 1}))
rule file:
    output: "out/{n}"
    shell: "touch {output}"
`;

const MAKEFILE = `FILES := $(addprefix out/,$(shell seq ${TASKS}))
all: $(FILES)
out/%:
\ttouch $@
`;

const PARSL = `import os, parsl
from parsl.config import Config
from parsl.executors import ThreadPoolExecutor
from parsl.dataflow.memoization import BasicMemoizer
parsl.load(Config(executors=[ThreadPoolExecutor(max_threads=2)], memoizer=BasicMemoizer(
    checkpoint_mode='task_exit', checkpoint_files=parsl.utils.get_all_checkpoints())))
@parsl.bash_app(cache=True)
def touch(path): return f'touch {path}'
os.makedirs('out', exist_ok=True)
futures = [touch(f'out/{n}') for n in range(1, ${TASKS + 1})]
assert all(future.result() == 0 for future in futures)
`;

interface Pair {
  readonly run: Measured;
  readonly again: Measured;
}

async function pair(
  name: string,
  files: Record<string, string>,
  once: (folder: string) => Promise<Measured>,
): Promise<Pair> {
  const made = (folder: string) => readdirSync(join(folder, 'out')).length;
  const fresh = async () => {
    const folder = project(name, files);
    const measured = await once(folder);
    mustEqual(`files made by ${name}`, made(folder), TASKS);
    return measured;
  };
  const run = await median(3, fresh);
  const folder = project(name, files);
  await once(folder);
  const again = await median(3, () => once(folder));
  return { run, again };
}

function figures({ run, again }: Pair): Figures {
  return {
    seconds: tidy(run.seconds),
    secondsPerTask: tidy(run.seconds / TASKS),
    againSeconds: tidy(again.seconds),
  };
}

/** 1,000 small commands with an output each, then the same again with nothing to do, against what people use today. */
export const peers: Benchmark = async () => {
  const bin = await pythonRivals();
  const ours = await pair('peers-orchestrate', { 'project.yaml': OURS }, (folder) =>
    orchestrate(folder, 'run', '--json'),
  );
  const make = await pair('peers-make', { Makefile: MAKEFILE, 'out/.keep': '' }, async (folder) => {
    rmSync(join(folder, 'out', '.keep'), { force: true });
    return measureGood(['make', '-s', '-j2'], { cwd: folder });
  });
  const snakemake = await pair('peers-snakemake', { Snakefile: SNAKEFILE }, (folder) =>
    measureGood([join(bin, 'snakemake'), '--cores', '2', '--quiet', 'all'], { cwd: folder }),
  );
  const parsl = await pair('peers-parsl', { 'touch.py': PARSL }, (folder) =>
    measureGood([join(bin, 'python'), 'touch.py'], { cwd: folder }),
  );
  return {
    bench: 'peers',
    ours: figures(ours),
    rival: { make: figures(make), snakemake: figures(snakemake), parsl: figures(parsl) },
    ratio: {
      timesFasterThanSnakemake: tidy(snakemake.run.seconds / ours.run.seconds),
      timesFasterThanSnakemakeAgain: tidy(snakemake.again.seconds / ours.again.seconds),
      timeOursOverMake: tidy(ours.run.seconds / make.run.seconds),
      timesFasterThanParsl: tidy(parsl.run.seconds / ours.run.seconds),
      timesFasterThanParslAgain: tidy(parsl.again.seconds / ours.again.seconds),
    },
    limit: {
      timesFasterThanSnakemakeAtLeast: 10,
      timesFasterThanSnakemakeAgainAtLeast: 10,
      timeOursOverMakeAtMost: 1,
    },
  };
};
