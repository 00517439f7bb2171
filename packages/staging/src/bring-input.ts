import { type Storage, storageError, type TransferOptions } from '@orchestrate/core';
import { bringFolder } from './bring-folder.ts';
import type { InputCache } from './input-cache.ts';

/** An object or folder that a task reads. */
export interface InputPlace {
  readonly storage: Storage;
  readonly key: string;
  readonly folder: boolean;
  /** What tells the storage from all others. */
  readonly origin: string;
  /** As people write it, for messages. */
  readonly address: string;
  /** The generation that it had when its task was looked at: it is that one or none. */
  readonly generation?: string | undefined;
}

/** Brings an input of a task to a path of this machine. @throws STORAGE_NOT_FOUND, STORAGE_CHANGED, and what storages throw */
export async function bringInput(
  { storage, key, folder, origin, address, generation }: InputPlace,
  path: string,
  cache: InputCache,
  options: TransferOptions = {},
): Promise<void> {
  if (folder) {
    await bringFolder({ storage, key, origin, address }, path, cache, options);
    return;
  }
  const stat = await storage.stat(key, options);
  if (stat === undefined) throw storageError('STORAGE_NOT_FOUND', `There is no ${address}.`);
  if (generation !== undefined && stat.generation !== generation)
    throw storageError(
      'STORAGE_CHANGED',
      `${address} was changed after its task was looked at: expected generation ${generation}, got ${stat.generation}.`,
    );
  await cache.bring({ storage, key, origin, stat }, path, options);
}
