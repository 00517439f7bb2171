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

/** Creates all Jobs, and then waits for all of them at once: seconds to create, and to the last one finished. */
function createAllThenWait(site: Site): { readonly created: number; readonly seconds: number } {
  const began = performance.now();
  for (let n = 0; n < JOBS; n += 1) site.kubectl(['create', '-f', '-'], manifest(site, n));
  const created = (performance.now() - began) / 1000;
  const all = ['job', '-l', 'loop=yes', '--for=condition=complete', '--timeout=900s'];
  site.kubectl(['wait', ...all]);
  return { created, seconds: (performance.now() - began) / 1000 };
}

/** Creates a Job and waits for it before the next one: seconds. */
function createAndWaitInTurn(site: Site): number {
  const began = performance.now();
  for (let n = 0; n < JOBS; n += 1) {
    site.kubectl(['create', '-f', '-'], manifest(site, n));
    site.kubectl(['wait', `job/loop-${n}`, '--for=condition=complete', '--timeout=120s']);
  }
  return (performance.now() - began) / 1000;
}

/**
 * 300 Jobs of their own, from the first submission to the last seen finished, against two loops of `kubectl create` and `kubectl
 * wait`: one that waits for each Job, and one that knows to wait at its end only.
 */
export const k8sJobs: Benchmark = async () => {
  await using site = await openSite('bench-jobs');
  const ours = await runMembers(site, 'jobs', {
    members: JOBS,
    run: 'true',
    backend: { pack: false },
  });
  console.error(`ours ${tidy(ours.seconds)} s`);
  const atEnd = createAllThenWait(site);
  console.error(`waits at the end ${tidy(atEnd.seconds)} s`);
  site.kubectl(['delete', 'job', '-l', 'loop=yes']);
  const inTurn = createAndWaitInTurn(site);
  return {
    bench: 'k8s-jobs',
    ours: { seconds: tidy(ours.seconds), jobsPerSecond: tidy(JOBS / ours.seconds) },
    rival: {
      waitsForEach: { seconds: tidy(inTurn) },
      waitsAtItsEnd: { seconds: tidy(atEnd.seconds), secondsToCreate: tidy(atEnd.created) },
    },
    ratio: {
      timesFaster: tidy(inTurn / ours.seconds),
      timesFasterThanTheOneThatWaitsAtItsEnd: tidy(atEnd.seconds / ours.seconds),
    },
    limit: { timesFasterAtLeast: 3 },
  };
};
