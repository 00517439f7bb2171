import { randomBytes } from 'node:crypto';
import {
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  isFlowError,
  type ObjectStat,
  type Storage,
  type TransferOptions,
} from '@orchestrate/core';
import { type Blob, CacheBlobs } from './cache-blobs.ts';
import { sha256OfFile } from './content-hash.ts';
import { stagingError } from './errors.ts';
import { makeRoom } from './make-room.ts';

/** Where and how much is kept. */
export interface CacheOptions {
  /** Folder of the cache; made when first needed. May be used by many processes. */
  readonly folder: string;
  /** How much is kept at most. One object that is larger is not kept. */
  readonly maxBytes: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An object to bring to this machine. */
export interface CachedSource {
  readonly storage: Storage;
  readonly key: string;
  /** What tells the storage from all others, for every project and at all times: its URL. */
  readonly origin: string;
  /** The object as it was seen; without it the storage is asked. */
  readonly stat?: ObjectStat;
  /** What its content has to be, where that is known from a manifest. */
  readonly sha256?: string;
}

/** What was brought, and whether it was there already. */
export interface Brought {
  readonly sha256: string;
  readonly bytes: number;
  readonly cached: boolean;
}

/** Attempts to link to a content that others may be removing. */
const LINK_ATTEMPTS = 3;

/** Said of a file system that has no hard links, or where the cache is on another one. */
const NO_LINK = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Objects of storages, kept on this machine by their content, so that each comes over the network once. Files that are handed
 * out are read-only and share their bytes with the cache where the file system can do that.
 */
export class InputCache {
  readonly #options: CacheOptions;
  readonly #blobs: CacheBlobs;
  readonly #coming = new Map<string, Promise<Blob | undefined>>();
  #bytes: number | undefined;
  #sinceLook = 0;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#blobs = new CacheBlobs(options.folder, options.now);
  }

  /**
   * Brings an object to a path, whole or not at all; parent folders are made.
   * @throws what the storage throws, STORAGE_NOT_FOUND, STORAGE_CORRUPT when it is not what a manifest says, STORAGE_FULL
   */
  async bring(source: CachedSource, path: string, options: TransferOptions = {}): Promise<Brought> {
    const wanted = source.sha256 ?? source.stat?.sha256;
    if (wanted !== undefined) {
      const there = await this.#hand(wanted, path);
      if (there !== undefined) return there;
    }
    const { storage, key } = source;
    const stat = source.stat ?? (await storage.stat(key, options));
    // Asking for what is not there gives the storage's own words for it.
    if (stat === undefined || stat.bytes > this.#options.maxBytes)
      return this.#bringPast(source, path, options);
    const version = JSON.stringify([source.origin, key, stat.generation]);
    const known = stat.sha256 ?? this.#blobs.known(version);
    if (known !== undefined) {
      checkContent(source, known);
      const there = await this.#hand(known, path);
      if (there !== undefined) return there;
    }
    for (let attempt = 1; attempt <= LINK_ATTEMPTS; attempt += 1) {
      const blob = await this.#come(version, { ...source, stat }, options);
      if (blob === undefined) break;
      checkContent(source, blob.sha256);
      if (handOut(blob, path)) return { sha256: blob.sha256, bytes: blob.bytes, cached: false };
    }
    return this.#bringPast(source, path, options);
  }

  async #hand(sha256: string, path: string): Promise<Brought | undefined> {
    const blob = await this.#blobs.find(sha256);
    if (blob === undefined || !handOut(blob, path)) return undefined;
    return { sha256, bytes: blob.bytes, cached: true };
  }

  /** Fetches an object into the cache once, however many ask for it. `undefined` when there is no room for it. */
  #come(
    version: string,
    source: CachedSource,
    options: TransferOptions,
  ): Promise<Blob | undefined> {
    let coming = this.#coming.get(version);
    if (coming === undefined) {
      coming = this.#fetch(version, source, options).finally(() => this.#coming.delete(version));
      this.#coming.set(version, coming);
    }
    return coming;
  }

  async #fetch(
    version: string,
    { storage, key, stat, sha256 }: CachedSource,
    options: TransferOptions,
  ): Promise<Blob | undefined> {
    const half = this.#halfPath();
    try {
      this.#expect(stat?.bytes ?? 0);
      const got = await storage.fetch(key, half, options);
      const digest = got.sha256 ?? sha256 ?? (await sha256OfFile(half, got.bytes));
      // A storage has compared what it knows itself; what others have said of the content is compared here.
      if (got.sha256 === undefined && sha256 !== undefined)
        checkContent({ storage, key, sha256 }, await sha256OfFile(half, got.bytes));
      const blob = this.#blobs.keep(half, digest, got.bytes);
      if (got.generation === stat?.generation) this.#blobs.note(version, digest);
      return blob;
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#empty();
      return undefined;
    } finally {
      rmSync(half, { force: true });
    }
  }

  /** Without the cache, for what is too large for it or came when its disk was full. */
  async #bringPast(
    { storage, key, sha256 }: CachedSource,
    path: string,
    options: TransferOptions,
  ): Promise<Brought> {
    const got = await storage.fetch(key, path, options);
    const digest = got.sha256 ?? (await sha256OfFile(path, got.bytes));
    try {
      checkContent({ storage, key, ...(sha256 === undefined ? {} : { sha256 }) }, digest);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
    return { sha256: digest, bytes: got.bytes, cached: false };
  }

  #halfPath(): string {
    try {
      return this.#blobs.halfPath();
    } catch (error) {
      const { folder } = this.#options;
      throw stagingError('STAGING_CACHE', `The cache ${folder} cannot be used: ${String(error)}.`, {
        details: { folder },
        cause: error,
      });
    }
  }

  /** Makes room for so many bytes more. What other processes add is seen when the folder is looked at again. */
  #expect(bytes: number): void {
    const { maxBytes } = this.#options;
    this.#sinceLook += bytes;
    const isStale = this.#bytes === undefined || this.#sinceLook > maxBytes / 16;
    if (!isStale && (this.#bytes ?? 0) + bytes <= maxBytes) {
      this.#bytes = (this.#bytes ?? 0) + bytes;
      return;
    }
    if (this.#bytes === undefined) this.#blobs.tidy();
    this.#bytes = makeRoom(this.#blobs, maxBytes - bytes) + bytes;
    this.#sinceLook = 0;
  }

  /** The disk is full: what nobody uses gives way. */
  #empty(): void {
    this.#bytes = makeRoom(this.#blobs, 0);
    this.#blobs.tidy();
  }
}

function checkContent(
  { key, sha256 }: Pick<CachedSource, 'storage' | 'key' | 'sha256'>,
  got: string,
): void {
  if (sha256 === undefined || sha256 === got) return;
  throw stagingError('STAGING_CHANGED', `${key} has sha256 ${got}, its manifest says ${sha256}.`, {
    details: { key },
  });
}

function isFull(error: unknown): boolean {
  if (isFlowError(error)) return error.code === 'STORAGE_FULL';
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Makes a path have a kept content. `false` when another process has just removed it. */
function handOut(blob: Blob, path: string): boolean {
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    share(blob.path, aside);
    // A link to the same file as the one already there makes a rename do nothing, and the name beside it stays.
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) rmSync(path);
    renameSync(aside, path);
    return true;
  } catch (error) {
    rmSync(aside, { force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

function share(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE);
    return;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw error;
  }
  try {
    linkSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_LINK.has(String(error.code))))
      throw error;
    copyFileSync(from, to);
  }
}
