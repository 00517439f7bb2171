import { join } from 'node:path';
import { type Measured, measureGood, mustEqual, ROOT, tidy } from './measure.ts';
import { lastJson, project } from './project.ts';
import { memberValues } from './render/contexts.ts';
import type { Benchmark } from './report.ts';
import { jinjaRival } from './rivals.ts';

const MEMBERS = 10_000;
const TEMPLATES = 4;
const TIMES = 3;
const FOLDER = join(import.meta.dirname, 'render');
const OURS = join(ROOT, 'packages', 'flows-ensemble', 'test', 'render', 'benchmark.ts');

interface Rendered {
  readonly seconds: number;
  readonly peakMemoryBytes: number;
}

/** The middle one of several measurements; what each made must be what the first one made. */
function middle(runs: readonly Measured[], digest: unknown): Rendered {
  const all = runs.map((run) => {
    mustEqual('texts', lastJson(run)['texts'], MEMBERS * TEMPLATES);
    mustEqual('digest of the texts', lastJson(run)['digest'], digest);
    return { seconds: Number(lastJson(run)['seconds']), peakMemoryBytes: run.peakMemoryBytes };
  });
  all.sort((a, b) => a.seconds - b.seconds);
  const one = all[Math.floor(all.length / 2)];
  if (one === undefined) throw new Error('expected at least one measurement');
  return { ...one, seconds: tidy(one.seconds) };
}

/**
 * Four templates (a job script, a namelist, an input file, a shell script) for 10,000 members, in one process each: ours
 * against Jinja2. What is timed is compiling, rendering and encoding, without the start of either program and with the members
 * read; the texts must be equal byte for byte. The two take turns, so that what else the machine does meets both.
 */
export const render: Benchmark = async () => {
  const members = Array.from({ length: MEMBERS }, (_, index) =>
    JSON.stringify(memberValues(index)),
  );
  const work = project('render', { 'members.jsonl': `${members.join('\n')}\n` });
  const given = [FOLDER, join(work, 'members.jsonl')] as const;
  const python = join(await jinjaRival(), 'python');
  const node = [process.execPath, '--conditions=@orchestrate/source', '--expose-gc', OURS] as const;
  const ours: Measured[] = [];
  const rival: Measured[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    ours.push(await measureGood([...node, ...given]));
    rival.push(await measureGood([python, join(FOLDER, 'rival.py'), ...given]));
  }
  const [first] = rival;
  const digest = first === undefined ? undefined : lastJson(first)['digest'];
  const [us, them] = [middle(ours, digest), middle(rival, digest)];
  return {
    bench: 'render',
    ours: { ...us },
    rival: { ...them },
    ratio: { timesFasterThanJinja2: tidy(them.seconds / us.seconds) },
    limit: { timesFasterAtLeast: 5 },
  };
};
