import { tidy } from '../measure.ts';
import type { Benchmark } from '../report.ts';
import { CountingProxy, openSite, runMembers } from './site.ts';

const PODS = 4;

/** Requests to the API server for 500 and 2,000 tasks of 50 ms in packs, from the first to the last of a run. */
export const k8sLoad: Benchmark = async () => {
  await using site = await openSite('bench-load');
  const proxy = await CountingProxy.open(site.kubeconfig);
  const requests: Record<string, number> = {};
  try {
    for (const members of [500, 2_000]) {
      const before = proxy.requests;
      await runMembers({ ...site, kubeconfig: proxy.kubeconfig }, `load-${members}`, {
        members,
        run: 'sleep 0.05',
        time: '5s',
        backend: { pack: { pods: PODS } },
      });
      requests[`requestsFor${members}Tasks`] = proxy.requests - before;
    }
  } finally {
    proxy.close();
  }
  const [few = 0, many = 0] = Object.values(requests);
  return {
    bench: 'k8s-load',
    ours: requests,
    rival: {},
    ratio: { requestsFor2000OverFor500: tidy(many / few) },
    limit: { requestsAtMost: 200 },
  };
};
