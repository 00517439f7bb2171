import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { parseAddress, type Storage } from '@orchestrate/core';
import { runError } from '../run-errors.ts';
import { Confinement, type Identity, identityOf, Unfit } from './file-identity.ts';

/** An address taken apart. */
export interface Place {
  readonly storage: Storage;
  readonly storageName: string;
  /** Without the slash at the end that marks a folder. */
  readonly key: string;
  readonly folder: boolean;
  /** The file behind it, for storage on the local disk. */
  readonly path?: string;
}

/** What tells whether a file or folder is still the same. */
interface Seen {
  readonly bytes: number;
  readonly generation: string;
}

/** What tells the storage of a place from all others: its URL. One without means the same only within one project. */
export function originOf({ storage, storageName }: Place, projectDirectory: string): string {
  return storage.url?.('x').slice(0, -1) ?? `${projectDirectory}:${storageName}`;
}

/** Turns addresses into places, and says what is there. */
export class Places {
  readonly #storages: ReadonlyMap<string, Storage>;
  readonly #roots = new Map<string, string | undefined>();
  readonly #confinement = new Confinement();
  readonly #seen = new Map<string, Seen>();
  readonly #hasReaders: boolean;

  /** `hasReaders`: whether any task may read what others wrote. */
  constructor(storages: ReadonlyMap<string, Storage>, hasReaders: boolean) {
    this.#storages = storages;
    this.#hasReaders = hasReaders;
  }

  /** Notes what an output was when it was seen in this run: what downstream tasks read needs no second look. */
  noteSeen(normal: string, identity: Seen): void {
    if (this.#hasReaders) this.#seen.set(normal, identity);
  }

  /** What {@link Places.noteSeen} was told of an address in its one form. */
  seen(normal: string): Seen | undefined {
    return this.#seen.get(normal);
  }

  /** @throws TASK_SPEC_INVALID for an unknown storage, PATH_OUTSIDE and PATH_INVALID for a bad key */
  of(address: string): Place {
    const parsed = parseAddress(address);
    const storage = this.#storages.get(parsed.storage);
    if (storage === undefined) {
      const there = [...this.#storages.keys()].join(', ');
      throw runError(
        'TASK_SPEC_INVALID',
        `${address}: there is no storage ${parsed.storage}, expected one of ${there}`,
        { details: { address } },
      );
    }
    const folder = parsed.key.endsWith('/');
    const key = folder ? parsed.key.slice(0, -1) : parsed.key;
    const path = storage.localPath?.(key);
    return {
      storage,
      storageName: parsed.storage,
      key,
      folder,
      ...(path === undefined ? {} : { path }),
    };
  }

  /** The address in its one form, with the storage named. */
  normal(place: Place): string {
    return `${place.storageName}:${place.key}${place.folder ? '/' : ''}`;
  }

  /** Path of an address that is in its one form already, or `undefined` when it is not on the local disk. */
  localPath(normal: string): string | undefined {
    const colon = normal.indexOf(':');
    const root = this.root(normal.slice(0, colon));
    if (root === undefined) return undefined;
    const end = normal.endsWith('/') ? normal.length - 1 : normal.length;
    return `${root}/${normal.slice(colon + 1, end)}`;
  }

  /** Folder behind a storage on the local disk. */
  root(storageName: string): string | undefined {
    if (this.#roots.has(storageName)) return this.#roots.get(storageName);
    const probe = this.#storages.get(storageName)?.localPath?.('x');
    const root = probe === undefined ? undefined : dirname(probe);
    this.#roots.set(storageName, root);
    return root;
  }

  /** Whether a local path is really inside its storage. */
  isInside(storageName: string, path: string): boolean {
    const root = this.root(storageName);
    return root !== undefined && this.#confinement.holds(root, path);
  }

  /** What is on the local disk under an address in its one form. */
  localIdentity(normal: string): Identity | Unfit | undefined {
    const path = this.localPath(normal);
    if (path === undefined) return new Unfit('is not on the local disk');
    if (!this.isInside(normal.slice(0, normal.indexOf(':')), path)) {
      return new Unfit('is reached through a symbolic link that leaves its storage');
    }
    return identityOf(path);
  }

  /** What is there, wherever it is. */
  async identity(place: Place): Promise<Identity | Unfit | undefined> {
    if (place.path !== undefined) return this.localIdentity(this.normal(place));
    if (place.folder) return storedFolder(place, this.normal(place));
    const stat = await place.storage.stat(place.key);
    if (stat === undefined) return undefined;
    return { bytes: stat.bytes, generation: stat.generation, folder: false, files: 1 };
  }
}

/** By its manifest, if it has one: that tells in one request what a listing tells in thousands. */
async function storedFolder(
  { storage, key }: Place,
  address: string,
): Promise<Identity | Unfit | undefined> {
  const { findHeader, listFolder } = await import('@orchestrate/staging');
  const folder = { storage, key, address };
  const header = await findHeader(folder);
  if (header?.state === 'complete') {
    const { bytes, files, digest } = header;
    return { bytes, generation: `${files}:${digest.slice(0, 32)}`, folder: true, files };
  }
  if (header !== undefined)
    return new Unfit('is not whole: its files are being replaced, or were only in part');
  const digest = createHash('sha256');
  let [bytes, files] = [0, 0];
  for await (const { path, bytes: size, stat } of listFolder(folder)) {
    digest.update(`${key}/${path}\n${stat?.generation}\n`);
    bytes += size;
    files += 1;
  }
  if (files === 0) return undefined;
  const generation = `${files}:${digest.digest('hex').slice(0, 32)}`;
  return { bytes, generation, folder: true, files };
}
