/**
 * `npm run bench -- NAME...`: runs benchmarks by name (without one, all that need no cluster) and prints one JSON line each. Rivals are measured
 * in the same run. Nothing here is a test: figures are for people and for docs/reference/performance.md.
 */
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { BUILT } from './measure.ts';
import type { Benchmark } from './report.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  start: async () => (await import('./start.ts')).start,
  plan: async () => (await import('./plan.ts')).plan,
  spawn: async () => (await import('./spawn.ts')).spawn,
  engine: async () => (await import('./engine.ts')).engine,
  resume: async () => (await import('./resume.ts')).resume,
  render: async () => (await import('./render.ts')).render,
  ensemble: async () => (await import('./ensemble.ts')).ensemble,
  directories: async () => (await import('./directories.ts')).directories,
  peers: async () => (await import('./peers.ts')).peers,
};

/** Those that need the test bed of SLURM; run by their names only. */
const ON_SLURM: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'slurm-array': async () => (await import('./slurm/array.ts')).slurmArray,
  'slurm-pack': async () => (await import('./slurm/pack.ts')).slurmPack,
  'slurm-staging': async () => (await import('./slurm/staging.ts')).slurmStaging,
  'slurm-queries': async () => (await import('./slurm/queries.ts')).slurmQueries,
  'slurm-peers': async () => (await import('./slurm/peers.ts')).slurmPeers,
};

/** Those that need the test bed of Kubernetes, which they bring up; run by their names only. */
const ON_K8S: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'k8s-pack': async () => (await import('./k8s/pack.ts')).k8sPack,
  'k8s-load': async () => (await import('./k8s/load.ts')).k8sLoad,
  'k8s-jobs': async () => (await import('./k8s/jobs.ts')).k8sJobs,
};

/** Those that need the test beds of Google Cloud Storage and Azure, which they bring up; run by their names only. */
const ON_STORES: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'storage-large': async () => (await import('./storage/large.ts')).storageLarge,
  'storage-many': async () => (await import('./storage/many.ts')).storageMany,
  'storage-sync': async () => (await import('./storage/sync.ts')).storageSync,
  'storage-zarr': async () => (await import('./storage/zarr.ts')).storageZarr,
  'storage-list': async () => (await import('./storage/list.ts')).storageList,
};

const BUSY = 0.7;

async function main(): Promise<number> {
  const names = process.argv.slice(2);
  const all = { ...BENCHMARKS, ...ON_SLURM, ...ON_STORES, ...ON_K8S };
  const unknown = names.filter((name) => !(name in all));
  if (unknown.length > 0) {
    console.error(
      `no benchmark named ${unknown.join(', ')}; there are: ${Object.keys(all).join(', ')}`,
    );
    return 2;
  }
  if (!existsSync(BUILT)) {
    console.error('the packages are not built; run: npm run build');
    return 2;
  }
  const load = loadavg()[0] ?? 0;
  if (load > BUSY)
    console.error(`the machine is busy (load ${load.toFixed(2)}): figures will be too high`);
  for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) {
    const benchmark = await all[name]?.();
    if (benchmark !== undefined) console.log(JSON.stringify(await benchmark()));
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
