import { tidy } from '../measure.ts';
import type { Benchmark } from '../report.ts';
import { openSite, runMembers, type Site } from './site.ts';

const JOBS = 300;

function manifest({ image }: Site, n: number): string {
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `loop-${n}`, labels: { loop: 'yes' } },
    spec: {
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'main', image, imagePullPolicy: 'Never', command: ['true'] }],
        },
      },
    },
  });
}

/** 300 Jobs of their own, from the first submission to the last seen finished, against a loop of `kubectl create` and `kubectl wait`. */
export const k8sJobs: Benchmark = async () => {
  await using site = await openSite('bench-jobs');
  const ours = await runMembers(site, 'jobs', {
    members: JOBS,
    run: 'true',
    backend: { pack: false },
  });
  console.error(`ours ${tidy(ours.seconds)} s`);
  const began = performance.now();
  for (let n = 0; n < JOBS; n += 1) site.kubectl(['create', '-f', '-'], manifest(site, n));
  const created = (performance.now() - began) / 1000;
  const all = ['job', '-l', 'loop=yes', '--for=condition=complete', '--timeout=900s'];
  site.kubectl(['wait', ...all]);
  const rival = (performance.now() - began) / 1000;
  return {
    bench: 'k8s-jobs',
    ours: { seconds: tidy(ours.seconds), jobsPerSecond: tidy(JOBS / ours.seconds) },
    rival: { loop: { seconds: tidy(rival), secondsToCreate: tidy(created) } },
    ratio: { timesFaster: tidy(rival / ours.seconds) },
    limit: { timesFasterAtLeast: 3 },
  };
};
