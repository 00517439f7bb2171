import { join } from 'node:path';
import { measureGood, ORCHESTRATE, ROOT, tidy } from './measure.ts';
import type { Benchmark } from './report.ts';

const TIMES = 21;

/** Medians of several commands, measured in turn so that a busy moment falls on all of them alike. */
async function inTurn(commands: readonly (readonly [string, ...string[]])[]): Promise<number[]> {
  const seconds = commands.map((): number[] => []);
  for (let time = 0; time <= TIMES; time += 1) {
    for (const [index, command] of commands.entries()) {
      const measured = await measureGood(command);
      // The first time warms the caches.
      if (time > 0) seconds[index]?.push(measured.seconds);
    }
  }
  return seconds.map((all) => all.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? Number.NaN);
}

/** How long the command takes to say its version, and to validate the demo, against an empty Node. */
export const start: Benchmark = async () => {
  const node = process.execPath;
  const demo = join(ROOT, 'examples', 'ice-sheet', 'project.yaml');
  const [bare = Number.NaN, version = Number.NaN, validate = Number.NaN] = await inTurn([
    [node, '-e', '0'],
    [node, ORCHESTRATE, '--version'],
    [node, ORCHESTRATE, 'validate', '--config', demo],
  ]);
  return {
    bench: 'start',
    ours: { version: { seconds: tidy(version) }, validate: { seconds: tidy(validate) } },
    rival: { node: { seconds: tidy(bare) } },
    ratio: { version: tidy(version / bare), validate: tidy(validate / bare) },
    limit: { versionAtMost: 1.6, validateAtMost: 4 },
  };
};
