import { join } from 'node:path';
import { measureGood, median, mustEqual, tidy } from './measure.ts';
import { lastJson, orchestrate, project } from './project.ts';
import type { Benchmark } from './report.ts';
import { pythonRivals } from './rivals.ts';

const MEMBERS = 10_000;

const OURS = `name: plan
flows:
  sweep:
    matrix:
      a: { range: [1, 100, 1] }
      b: { range: [0.01, 1.00, 0.01] }
    tasks:
      simulate:
        run: "model --a {{ a }} --b {{ b }} --half {{ b / 2 }} --out {{ outputs.state }}"
        outputs: { state: "out/{{ a }}/{{ b }}.nc" }
        env: { MEMBER: "{{ member.id }}" }
`;

const SNAKEFILE = `rule all:
    input: expand("out/{a}/{b}.nc", a=range(100), b=range(100))
rule simulate:
    output: "out/{a}/{b}.nc"
    shell: "model --a {wildcards.a} --b {wildcards.b} --out {output}"
`;

/** Planning a matrix of 10,000 members with templates, against a dry run of Snakemake. */
export const plan: Benchmark = async () => {
  const folder = project('plan', { 'project.yaml': OURS, Snakefile: SNAKEFILE });
  const ours = await median(5, () => orchestrate(folder, 'plan', '--json'));
  mustEqual('tasks planned', lastJson(ours)['tasks'], MEMBERS);
  const snakemake = join(await pythonRivals(), 'snakemake');
  const rival = await measureGood([snakemake, '--dry-run', '--quiet', 'all'], { cwd: folder });
  return {
    bench: 'plan',
    ours: { seconds: tidy(ours.seconds), peakMemoryBytes: ours.peakMemoryBytes },
    rival: { seconds: tidy(rival.seconds), peakMemoryBytes: rival.peakMemoryBytes },
    ratio: { timeOursOverRival: tidy(ours.seconds / rival.seconds) },
    limit: { secondsAtMost: 0.5 },
  };
};
