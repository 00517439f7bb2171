import type { Json } from '@orchestrate/core';

/** Options of storages, by their names in the project file, references resolved. */
type StorageOptions = Readonly<Record<string, Json>>;

/** Variable with the {@link StorageOptions}, as JSON. They may hold secrets, so they stand in no file of the call. */
const STORAGES_VARIABLE = 'ORCHESTRATE_STORAGES';

/** Variable by which a site or an image says where jobs keep the cache of inputs. */
const CACHE_VARIABLE = 'ORCHESTRATE_CACHE';

let told: StorageOptions | undefined;

/**
 * Options of the storages, taken out of the environment so that nothing that the work prints or starts can tell them. They are
 * the same for all calls of a process.
 */
export function storageOptions(): StorageOptions {
  const text = process.env[STORAGES_VARIABLE];
  if (text !== undefined) {
    told = JSON.parse(text) as StorageOptions;
    delete process.env[STORAGES_VARIABLE];
  }
  return told ?? {};
}

/** Folder of the cache on this machine, where its site or image names one. */
export function siteCache(): string | undefined {
  return process.env[CACHE_VARIABLE];
}
