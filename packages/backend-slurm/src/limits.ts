import type { Logger } from '@orchestrate/core';
import type { Cluster } from './cluster.ts';
import type { ClusterLimits } from './submitter.ts';

/** SLURM's own default of MaxArraySize (slurm.conf(5)). */
const DEFAULT_ARRAY = 1001;
const DEFAULT_WIDTH = 16;

/** Reads `MaxArraySize` and the cores of all partitions together, `allocated/idle/other/total`. */
export function parseLimits(text: string): ClusterLimits {
  const array = /MaxArraySize\s*=\s*([0-9]+)/.exec(text)?.[1];
  const cores = /^([0-9]+)\/([0-9]+)\/[0-9]+\/[0-9]+\s*$/m.exec(text);
  const usable = cores === null ? 0 : Number(cores[1]) + Number(cores[2]);
  return {
    // Indices go up to one less.
    maxArraySize: Math.max(1, array === undefined ? DEFAULT_ARRAY - 1 : Number(array) - 1),
    width: usable > 0 ? usable : DEFAULT_WIDTH,
  };
}

/** What the cluster allows, asked once. A cluster that does not answer is taken to be as SLURM is by default. */
export function limitsOf(cluster: Cluster, log: Logger): () => Promise<ClusterLimits> {
  let known: ClusterLimits | undefined;
  return async () => {
    if (known !== undefined) return known;
    cluster.asked += 2;
    const { stdout, stderr } = await cluster.host.run(
      "scontrol show config | grep -i '^MaxArraySize'; sinfo -h -o %C",
      { idempotent: true },
    );
    const limits = parseLimits(stdout);
    if (stdout === '') log.warn({ stderr }, 'the cluster does not say what it allows');
    else known = limits;
    return limits;
  };
}
