import { type ObjectStat, readObject, type Storage } from '@orchestrate/core';
import type { StoredSpot } from './spot.ts';
import type { StorageCall } from './storage-call.ts';

/** What was found of one Zarr array. */
export type ArrayReport = import('@orchestrate/zarr').ArrayReport;
type ZarrSource = import('@orchestrate/zarr').ZarrSource;

/** What the manifest of a folder says against what is there. */
export interface ManifestReport {
  readonly state: 'complete' | 'replacing';
  readonly run: string;
  readonly task: string;
  readonly files: number;
  /** In the manifest and not there. */
  readonly missing: readonly string[];
  /** There with another size or digest than the manifest has. */
  readonly changed: readonly string[];
  /** There and not in the manifest. */
  readonly extra: number;
}

/** What was found of a folder as a whole. */
export interface FolderReport {
  readonly address: string;
  readonly manifest?: ManifestReport;
  /** Of every array below it; empty where there is no Zarr store. */
  readonly arrays: readonly ArrayReport[];
}

/** Objects of a folder by their paths below it. */
type Objects = ReadonlyMap<string, ObjectStat>;

async function checkManifest(
  { storage, key, word }: StoredSpot,
  objects: Objects,
  signal: AbortSignal,
): Promise<ManifestReport | undefined> {
  const { findManifest, MANIFEST_NAME } = await import('@orchestrate/staging');
  if (!objects.has(MANIFEST_NAME)) return undefined;
  const folder = { storage, key: key.slice(0, -1), address: word };
  const manifest = await findManifest(folder, { signal });
  if (manifest === undefined) return undefined;
  const [missing, changed]: [string[], string[]] = [[], []];
  for (const { path, bytes, sha256 } of manifest.entries) {
    const stat = objects.get(path);
    if (stat === undefined) missing.push(path);
    else if (stat.bytes !== bytes || (stat.sha256 ?? sha256) !== sha256) changed.push(path);
  }
  const { state, files, by } = manifest;
  const extra = objects.size - 1 - (files - missing.length);
  return { state, run: by.run, task: by.task, files, missing, changed, extra };
}

function sourceOf(
  storage: Storage,
  key: string,
  objects: Objects,
  signal: AbortSignal,
): ZarrSource {
  return {
    files: async function* () {
      for (const [path, { bytes }] of objects) yield { path, bytes };
    },
    read: async (path, range) =>
      objects.has(path)
        ? readObject(storage, key + path, { signal, ...(range === undefined ? {} : { range }) })
        : undefined,
  };
}

/** Looks at a folder as a whole: by its manifest, and chunk by chunk where it is a Zarr store or has some. */
export async function checkFolder(
  { parallel, signal }: StorageCall,
  spot: StoredSpot,
  stats: readonly ObjectStat[],
): Promise<FolderReport> {
  const { storage, key, word } = spot;
  const objects = new Map(stats.map((stat) => [stat.key.slice(key.length), stat]));
  const manifest = await checkManifest(spot, objects, signal);
  const { checkStore } = await import('@orchestrate/zarr');
  const source = sourceOf(storage, key, objects, signal);
  const { arrays } = await checkStore(source, { parallel, signal });
  return {
    address: word,
    ...(manifest === undefined ? {} : { manifest }),
    arrays,
  };
}

/** How much is wrong; `allowsEmpty`: chunks that are missing or hold nothing but the fill value are meant so. */
export function flawsOf({ manifest, arrays }: FolderReport, allowsEmpty: boolean): number {
  const ofManifest =
    manifest === undefined
      ? 0
      : manifest.missing.length + manifest.changed.length + (manifest.state === 'complete' ? 0 : 1);
  return arrays.reduce(
    (sum, { missing, fill, damaged }) =>
      sum + damaged.count + (allowsEmpty ? 0 : missing.count + fill.count),
    ofManifest,
  );
}
