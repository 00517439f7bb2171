import { measureGood, median, mustEqual, tidy } from './measure.ts';
import { lastJson, orchestrate, project } from './project.ts';
import type { Benchmark } from './report.ts';

const COMMANDS = 5_000;

const PROJECT = `name: spawn
backends: { local: { use: local, slots: 2 } }
flows:
  many:
    matrix: { n: { range: [1, ${COMMANDS}, 1] } }
    tasks: { nothing: { run: ["true"] } }
`;

/** 5,000 programs that do nothing, with journal, captured logs and exit codes, against xargs with none of these. */
export const spawn: Benchmark = async () => {
  const numbers = Array.from({ length: COMMANDS }, (_, n) => `${n}\n`).join('');
  const ours = await median(3, async () => {
    const folder = project('spawn', { 'project.yaml': PROJECT });
    const measured = await orchestrate(folder, 'run', '--json');
    mustEqual(
      'tasks succeeded',
      (lastJson(measured)['counts'] as Record<string, number>)['succeeded'],
      COMMANDS,
    );
    return measured;
  });
  const rival = await median(3, () =>
    measureGood(['xargs', '-P2', '-n1', 'true'], { input: numbers }),
  );
  return {
    bench: 'spawn',
    ours: {
      seconds: tidy(ours.seconds),
      secondsPerTask: tidy(ours.seconds / COMMANDS),
      peakMemoryBytes: ours.peakMemoryBytes,
    },
    rival: { seconds: tidy(rival.seconds), secondsPerTask: tidy(rival.seconds / COMMANDS) },
    ratio: { speedOursOverXargs: tidy(rival.seconds / ours.seconds) },
    limit: { secondsPerTaskAtMost: 0.0005, speedOursOverXargsAtLeast: 0.6 },
  };
};
