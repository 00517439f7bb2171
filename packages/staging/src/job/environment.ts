import { CACHE_VARIABLE, STORAGES_VARIABLE, type StorageOptions } from './staged-call.ts';

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
