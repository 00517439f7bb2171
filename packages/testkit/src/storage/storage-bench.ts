import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage, StorageTraits } from '@orchestrate/core';
import type { ContractCase } from '../contract-case.ts';

/**
 * Makes the store under test. `place` is the absolute path of an empty folder that belongs to one test: the same place
 * means the same objects, another place means other objects. A store that is not on this machine derives a name
 * (a bucket's prefix) from it.
 */
export type OpenStorage = (place: string) => Storage | Promise<Storage>;

/** What a storage case works with. Everything opened is disposed and every file removed when it ends. */
export interface StorageBench extends AsyncDisposable {
  /** What the store is claimed to do. */
  readonly traits: StorageTraits;
  /** A folder outside the store, for files to put and fetch. */
  readonly folder: string;
  /** Another instance over the same objects. */
  open(): Promise<Storage>;
}

/** One promise of the storage contract. */
export type StorageCase = ContractCase<StorageTraits, StorageBench>;

/** Makes a bench with a fresh, empty store. */
export async function storageBench(
  open: OpenStorage,
  traits: StorageTraits,
): Promise<StorageBench> {
  const home = await mkdtemp(join(tmpdir(), 'storage-contract-'));
  const place = join(home, 'place');
  const folder = join(home, 'files');
  await mkdir(place);
  await mkdir(folder);
  const opened: Storage[] = [];
  return {
    traits,
    folder,
    async open() {
      const store = await open(place);
      opened.push(store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      for (const store of opened.reverse()) await store[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true });
    },
  };
}
