/** The cluster that trials of Kubernetes run on: the test bed, brought up for them where it is not. */
import { setTimeout as pause } from 'node:timers/promises';
import { openSite } from '../benchmarks/k8s/site.ts';
import { bringDown, kubectl, running } from '../testbed/kubernetes/bed.ts';
import type { Cluster } from './cluster.ts';
import { NAMESPACE } from './k8s.ts';

const KINDS = 'jobs,pods,secrets,configmaps';
const OURS = 'app.kubernetes.io/managed-by=orchestrate';
/** What was deleted takes a moment to go: containers are given time to end. */
const GONE_WITHIN_MS = 90_000;

/** Answers the cluster with a namespace for the trials; what had to be made goes when it is disposed of. */
export async function k8sBed(): Promise<Cluster> {
  const wasUp = running() !== undefined;
  const site = await openSite(NAMESPACE);
  return {
    environment: {
      ORCHESTRATE_TESTBED_KUBECONFIG: site.kubeconfig,
      ORCHESTRATE_TESTBED_K8S_IMAGE: site.image,
    },
    async leftOf() {
      const end = performance.now() + GONE_WITHIN_MS;
      for (;;) {
        const left = objectsLeft();
        if (left.length === 0 || performance.now() > end) return left;
        await pause(200);
      }
    },
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      if (!wasUp) bringDown();
    },
  };
}

/** Objects of ours: trials run one after the other, so that they are all of the last one. */
function objectsLeft(): readonly string[] {
  const said = kubectl(['-n', NAMESPACE, 'get', KINDS, '-l', OURS, '-o', 'name']);
  if (said === undefined) return ['nobody could say what is left'];
  return said
    .split('\n')
    .filter(Boolean)
    .map((name) => `${name} is left in the namespace`);
}
