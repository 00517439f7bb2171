import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import {
  inParallel,
  type ObjectStat,
  SETTLED_TOGETHER,
  type TransferOptions,
  type WriteOptions,
} from '@orchestrate/core';
import { AT_ONCE } from './bring-folder.ts';
import { sha256OfFile } from './content-hash.ts';
import {
  MANIFEST_NAME,
  type Maker,
  type ManifestEntry,
  type ManifestHeader,
  manifestText,
} from './manifest.ts';
import { findManifest, listFolder, type StoredFolder } from './stored-folder.ts';

/** What was published. */
export interface PublishedFolder {
  readonly files: number;
  readonly bytes: number;
  /** Of the manifest. */
  readonly stat: ObjectStat;
  /** Files that were there already. */
  readonly unchanged: number;
  /** Files of the folder as it was before that are no longer part of it. */
  readonly removed: number;
}

/** What is published. */
export interface Publication {
  /** Folder of this machine. */
  readonly from: string;
  /** Paths below it, with slashes. */
  readonly files: readonly string[];
  readonly by: Maker;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Publishes the files of a folder and, last, a manifest of them. Files that are there with the same digest are not sent again,
 * so what was begun before a crash is carried on. From the first change on until the end the manifest says `replacing`, so that
 * nobody takes a part for the whole; it names the files of before, and those that are no longer part of the folder are removed.
 * Files below it that no manifest names are somebody else's and stay.
 */
export async function publishFolder(
  folder: StoredFolder,
  { from, files, by, at }: Publication,
  options: TransferOptions = {},
): Promise<PublishedFolder> {
  const { storage, key } = folder;
  const manifestKey = `${key}/${MANIFEST_NAME}`;
  const about = (state: ManifestHeader['state']): Pick<ManifestHeader, 'state' | 'by' | 'at'> => ({
    state,
    by,
    at: new Date(at).toISOString(),
  });
  const before = await findManifest(folder, options);
  const listed = new Map<string, string | undefined>();
  for await (const { path, sha256 } of listFolder(folder, options)) listed.set(path, sha256);
  if (before?.state !== 'replacing') {
    const text = manifestText(before?.entries ?? [], about('replacing'));
    await storage.write(manifestKey, Buffer.from(text), options);
  }
  const entries: ManifestEntry[] = [];
  let unchanged = 0;
  const writing: WriteOptions =
    files.length < SETTLED_TOGETHER ? options : { ...options, durable: 'later' };
  await inParallel(files, AT_ONCE, async (path) => {
    const file = join(from, path);
    const bytes = lstatSync(file).size;
    const sha256 = await sha256OfFile(file, bytes);
    if (listed.get(path) === sha256) unchanged += 1;
    else await storage.put(file, `${key}/${path}`, { ...writing, sha256 });
    entries.push({ path, bytes, sha256 });
  });
  const now = new Set(files);
  const stale = (before?.entries ?? []).filter(({ path }) => !now.has(path) && listed.has(path));
  await inParallel(stale, AT_ONCE, ({ path }) => storage.delete(`${key}/${path}`, options));
  // Whoever reads that it is complete must find all of it, after a power cut too.
  if (writing.durable === 'later') await storage.settle?.();
  const text = manifestText(entries, about('complete'));
  const stat = await storage.write(manifestKey, Buffer.from(text), options);
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return { files: entries.length, bytes, stat, unchanged, removed: stale.length };
}
