import { join } from 'node:path';
import {
  confinePath,
  inParallel,
  type Parallel,
  storageError,
  type TransferOptions,
} from '@orchestrate/core';
import type { InputCache } from './input-cache.ts';
import { filesOfFolder, type StoredFolder } from './stored-folder.ts';

/** What was brought. */
export interface BroughtFolder {
  readonly files: number;
  readonly bytes: number;
  /** Files that had not to be fetched. */
  readonly cached: number;
}

/** Files moved side by side. */
export const AT_ONCE: Parallel = { places: 16 };

/**
 * Brings a folder to a path of this machine through the cache, many files at a time.
 * @throws STORAGE_NOT_FOUND when there is nothing, or a file of its manifest is gone; STAGING_INCOMPLETE, STAGING_CHANGED
 */
export async function bringFolder(
  folder: StoredFolder & { readonly origin: string },
  to: string,
  cache: InputCache,
  options: TransferOptions = {},
): Promise<BroughtFolder> {
  const { storage, key, origin, address } = folder;
  let [files, bytes, cached] = [0, 0, 0];
  await inParallel(filesOfFolder(folder, options), AT_ONCE, async ({ path, sha256, stat }) => {
    const source = {
      storage,
      key: `${key}/${path}`,
      origin,
      ...(stat === undefined ? {} : { stat }),
      ...(sha256 === undefined ? {} : { sha256 }),
    };
    const got = await cache.bring(source, join(to, confinePath(path)), options);
    files += 1;
    bytes += got.bytes;
    cached += got.cached ? 1 : 0;
  });
  if (files === 0) throw storageError('STORAGE_NOT_FOUND', `There is nothing below ${address}.`);
  return { files, bytes, cached };
}
