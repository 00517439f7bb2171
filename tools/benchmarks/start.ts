import { join } from 'node:path';
import { measureGood, median, ORCHESTRATE, ROOT, tidy } from './measure.ts';
import type { Benchmark } from './report.ts';

const TIMES = 21;

/** How long the command takes to say its version, and to validate the demo, against an empty Node. */
export const start: Benchmark = async () => {
  const node = process.execPath;
  const demo = join(ROOT, 'examples', 'ice-sheet', 'project.yaml');
  const bare = await median(TIMES, () => measureGood([node, '-e', '0']));
  const version = await median(TIMES, () => measureGood([node, ORCHESTRATE, '--version']));
  const validate = await median(TIMES, () =>
    measureGood([node, ORCHESTRATE, 'validate', '--config', demo]),
  );
  return {
    bench: 'start',
    ours: {
      version: { seconds: tidy(version.seconds) },
      validate: { seconds: tidy(validate.seconds) },
    },
    rival: { node: { seconds: tidy(bare.seconds) } },
    ratio: {
      version: tidy(version.seconds / bare.seconds),
      validate: tidy(validate.seconds / bare.seconds),
    },
    limit: { versionAtMost: 1.6, validateAtMost: 4 },
  };
};
