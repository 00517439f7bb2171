import { mustEqual, tidy } from '../measure.ts';
import type { Benchmark } from '../report.ts';
import { openSite, runMembers, type Site } from './site.ts';

const MEMBERS = 2_000;
const PODS = 4;
const ROUNDS = 3;

/** What somebody would write by hand for this: an Indexed Job whose pods each do their part in a loop. */
function byHand({ image }: Site, round: number): string {
  const loop = `n=$JOB_COMPLETION_INDEX; while [ $n -lt ${MEMBERS} ]; do sleep 0.05; n=$((n + ${PODS})); done`;
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `by-hand-${round}` },
    spec: {
      completionMode: 'Indexed',
      completions: PODS,
      parallelism: PODS,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            { name: 'main', image, imagePullPolicy: 'Never', command: ['sh', '-c', loop] },
          ],
        },
      },
    },
  });
}

function measureByHand(site: Site, round: number): number {
  const began = performance.now();
  site.kubectl(['apply', '-f', '-'], byHand(site, round));
  const job = `job/by-hand-${round}`;
  site.kubectl(['wait', '--for=condition=complete', '--timeout=300s', job]);
  const seconds = (performance.now() - began) / 1000;
  site.kubectl(['delete', job]);
  return seconds;
}

const middle = (all: readonly number[]): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;

/** 2,000 tasks of 50 ms in one Indexed Job with four pods, from `run` to the final table, against the hand-written one. */
export const k8sPack: Benchmark = async () => {
  await using site = await openSite('bench-pack');
  const [ours, rival]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    rival.push(measureByHand(site, round));
    const measured = await runMembers(site, `pack-${round}`, {
      members: MEMBERS,
      run: 'sleep 0.05',
      time: '5s',
      backend: { pack: { pods: PODS } },
    });
    mustEqual(
      'tasks that succeeded',
      /\b2,?000 +2,?000\b/.test(measured.stdout + measured.stderr),
      true,
    );
    ours.push(measured.seconds);
    console.error(`ours ${tidy(measured.seconds)} s, by hand ${tidy(rival.at(-1) ?? 0)} s`);
  }
  return {
    bench: 'k8s-pack',
    ours: { seconds: tidy(middle(ours)) },
    rival: { byHand: { seconds: tidy(middle(rival)) } },
    ratio: { timeOursOverByHand: tidy(middle(ours) / middle(rival)) },
    limit: { timeOursOverByHandAtMost: 1.15 },
  };
};
