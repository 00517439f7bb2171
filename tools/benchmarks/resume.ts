import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { has, type Measured, measureGood, median, mustEqual, tidy } from './measure.ts';
import { lastJson, orchestrate, project } from './project.ts';
import type { Benchmark, Figures } from './report.ts';

const TASKS = 100_000;

const PROJECT = `name: resume
backends: { local: { use: local, slots: 2 } }
flows:
  many:
    matrix: { n: { range: [1, ${TASKS}, 1] } }
    tasks:
      file:
        call: "./write.ts#write"
        args: { n: "{{ n }}" }
        outputs: { file: "out/{{ n }}.txt" }
`;

const WRITE = `import { writeFileSync } from 'node:fs';
export function write(args, context) {
  writeFileSync(context.outputs.file, String(args.n));
}
`;

function counts(measured: Measured): Record<string, number> {
  return lastJson(measured)['counts'] as Record<string, number>;
}

function makefile(): string {
  const rules = Array.from({ length: TASKS }, (_, n) => `out/${n + 1}.txt:\n\techo ${n + 1} > $@`);
  const all = Array.from({ length: TASKS }, (_, n) => `out/${n + 1}.txt`).join(' ');
  return `all: ${all}\n${rules.join('\n')}\n`;
}

function ninjafile(): string {
  const rules = Array.from(
    { length: TASKS },
    (_, n) => `build out/${n + 1}.txt: write\n  n = ${n + 1}`,
  );
  return `rule write\n  command = echo $n > $out\n${rules.join('\n')}\n`;
}

/** A second run with nothing to do, outputs checked, against make and ninja over the same files. */
export const resume: Benchmark = async () => {
  const folder = project('resume', {
    'project.yaml': PROJECT,
    'write.ts': WRITE,
    Makefile: makefile(),
    'build.ninja': ninjafile(),
  });
  const first = await orchestrate(folder, 'run', '--json');
  mustEqual('tasks succeeded', counts(first)['succeeded'], TASKS);
  mustEqual('files written', readdirSync(join(folder, 'out')).length, TASKS);
  const again = await median(5, () => orchestrate(folder, 'run', '--json'));
  mustEqual('tasks reused', counts(again)['reused'], TASKS);
  const rival: Record<string, Figures> = {};
  const make = await median(3, () => measureGood(['make', '-s'], { cwd: folder }));
  rival['make'] = { seconds: tidy(make.seconds), peakMemoryBytes: make.peakMemoryBytes };
  if (has('ninja')) {
    // Marks every file as made by ninja, so that its next run has nothing to do, as ours.
    await measureGood(['ninja', '-t', 'restat'], { cwd: folder });
    await measureGood(['ninja', '--quiet'], { cwd: folder });
    const ninja = await median(3, () => measureGood(['ninja', '--quiet'], { cwd: folder }));
    rival['ninja'] = { seconds: tidy(ninja.seconds), peakMemoryBytes: ninja.peakMemoryBytes };
  }
  return {
    bench: 'resume',
    ours: {
      seconds: tidy(again.seconds),
      peakMemoryBytes: again.peakMemoryBytes,
      firstRunSeconds: tidy(first.seconds),
      firstRunPeakMemoryBytes: first.peakMemoryBytes,
    },
    rival,
    ratio: { timeOursOverMake: tidy(again.seconds / make.seconds) },
    limit: { secondsAtMost: 0.8 },
  };
};
