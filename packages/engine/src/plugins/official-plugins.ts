import type { Plugin } from '@orchestrate/core';

const SCOPE = '@orchestrate/';

/** What the plugins of this project are called and which package holds them, so that an error can name the cure. */
const PACKAGES: Readonly<Record<Plugin['kind'], Readonly<Record<string, string>>>> = {
  storage: { local: 'storage-local', gcs: 'storage-gcs', azure: 'storage-azure' },
  backend: {
    local: 'backend-local',
    slurm: 'backend-slurm',
    k8s: 'backend-k8s',
    vertex: 'backend-vertex',
  },
  flow: {
    ensemble: 'flows-ensemble',
    fv3: 'flows-fv3',
    downscaling: 'flows-downscaling',
    satellite: 'flows-satellite',
    viz: 'flows-viz',
  },
};

/** Names people use for the same thing. */
const ALSO: Readonly<Record<string, string>> = {
  kubernetes: 'k8s',
  gke: 'k8s',
  gs: 'gcs',
  google: 'gcs',
  blob: 'azure',
  'vertex-ai': 'vertex',
  sbatch: 'slurm',
};

/** Names of the official plugins of a kind. */
export function officialNames(kind: Plugin['kind']): readonly string[] {
  return Object.keys(PACKAGES[kind]);
}

/** The official plugin that a name means, with its package. */
export function officialPlugin(
  kind: Plugin['kind'],
  name: string,
): { readonly name: string; readonly package: string } | undefined {
  const lower = name.toLowerCase();
  const known = Object.hasOwn(ALSO, lower) ? (ALSO[lower] ?? lower) : lower;
  const folder = Object.hasOwn(PACKAGES[kind], known) ? PACKAGES[kind][known] : undefined;
  return folder === undefined ? undefined : { name: known, package: SCOPE + folder };
}

/** All official packages. */
export function officialPackages(): readonly string[] {
  return Object.values(PACKAGES).flatMap((names) =>
    Object.values(names).map((folder) => SCOPE + folder),
  );
}
