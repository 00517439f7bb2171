import { createHash, type Hash } from 'node:crypto';
import { type BigIntStats, rmdirSync, unlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import {
  type ByteRange,
  type CallOptions,
  type Clock,
  type Finding,
  type ListPage,
  type ListRequest,
  type Logger,
  type ObjectStat,
  type Storage,
  type StorageTraits,
  storageError,
  type WriteOptions,
} from '@orchestrate/core';
import { Aside, sweep } from './asides.ts';
import { piecesOf } from './content.ts';
import { diagnoseRoot } from './diagnosis.ts';
import { localStorageError, systemCode, translated } from './errors.ts';
import { placeFile } from './fetched-file.ts';
import { Folder } from './folder.ts';
import { FolderFlush, flushFileAt } from './folder-flush.ts';
import { listPage } from './listing.ts';
import { lookAt, objectStat } from './object-stat.ts';
import { OpenedObject } from './opened-object.ts';
import { ASIDE_FOLDER, type Place, placeOf } from './place.ts';
import { type Finished, Publisher } from './publisher.ts';
import { realRoot } from './root.ts';
import { Settling } from './settling.ts';
import { contentOfFile, lookAtSource } from './source-file.ts';
import { StoreLock } from './store-lock.ts';

/** What a {@link LocalStorage} needs beside its folder. */
export interface LocalStorageOptions {
  /** See `fsync` of the configuration. */
  readonly fsync: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Objects as plain files below a root, under their keys. What only asks the file system is done at once, without the way
 * through the thread pool that costs more than the question; content of any size and flushes go that way.
 */
export class LocalStorage implements Storage {
  readonly traits: StorageTraits = {
    conditionalCreate: true,
    conditionalReplace: true,
    local: true,
    serverCopy: true,
  };
  readonly #root: string;
  readonly #options: LocalStorageOptions;
  readonly #lock: StoreLock;
  readonly #publisher: Publisher;
  readonly #flush = new FolderFlush();
  readonly #settling: Settling;
  #swept = false;

  private constructor(root: string, options: LocalStorageOptions) {
    this.#root = root;
    this.#options = options;
    this.#lock = new StoreLock(`${root}/${ASIDE_FOLDER}/lock.db`);
    this.#publisher = new Publisher(root, this.#lock);
    this.#settling = new Settling(root);
  }

  /** Opens the store below a folder, which the first write makes. @throws STORAGE_ROOT */
  static open(path: string, options: LocalStorageOptions): LocalStorage {
    return new LocalStorage(realRoot(path), options);
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectStat | undefined> {
    const place = placeOf(key);
    options.signal?.throwIfAborted();
    return this.#say('look at', place, () => {
      using folder = Folder.open(this.#root, place.folder);
      const stat = folder === undefined ? undefined : lookAt(folder.at(place.name));
      if (stat?.isSymbolicLink() === true)
        throw localStorageError('STORAGE_LINK', `${key} is a symbolic link in ${this.#root}.`);
      return stat?.isFile() === true ? objectStat(key, stat) : undefined;
    });
  }

  async *read(
    key: string,
    options: CallOptions & { readonly range?: ByteRange } = {},
  ): AsyncGenerator<Uint8Array> {
    const place = placeOf(key);
    options.signal?.throwIfAborted();
    using object = await this.#say('open', place, () => OpenedObject.open(this.#root, place));
    try {
      yield* object.content(options.range, options.signal);
    } catch (error) {
      throw translated(error, 'read', this.#pathOf(place));
    }
  }

  async write(
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<ObjectStat> {
    const place = placeOf(key);
    checkConditions(options);
    options.signal?.throwIfAborted();
    return this.#say('write', place, () => this.#write(place, content, options));
  }

  async put(path: string, key: string, options: WriteOptions = {}): Promise<ObjectStat> {
    const place = placeOf(key);
    checkConditions(options);
    options.signal?.throwIfAborted();
    const source = lookAtSource(path);
    return this.#say('publish', place, () => this.#put(path, source, place, options));
  }

  async fetch(key: string, path: string, options: CallOptions = {}): Promise<ObjectStat> {
    const place = placeOf(key);
    options.signal?.throwIfAborted();
    using object = await this.#say('open', place, () => OpenedObject.open(this.#root, place));
    await placeFile(path, object.content(undefined, options.signal));
    return object.stat;
  }

  async list(request: ListRequest = {}): Promise<ListPage> {
    request.signal?.throwIfAborted();
    await setImmediate();
    try {
      return listPage(this.#root, request);
    } catch (error) {
      throw translated(error, 'list', this.#root);
    }
  }

  async delete(
    key: string,
    options: CallOptions & { readonly ifMatch?: string } = {},
  ): Promise<void> {
    const place = placeOf(key);
    options.signal?.throwIfAborted();
    await this.#say('delete', place, () => {
      using folder = Folder.open(this.#root, place.folder);
      if (folder === undefined && options.ifMatch === undefined) return;
      this.#prepareLock();
      this.#publisher.remove(place, options.ifMatch, unlinkSync);
    });
  }

  async copy(from: string, to: string, options: WriteOptions = {}): Promise<ObjectStat> {
    const [source, place] = [placeOf(from), placeOf(to)];
    checkConditions(options);
    options.signal?.throwIfAborted();
    using object = await this.#say('open', source, () => OpenedObject.open(this.#root, source));
    const content = object.content(undefined, options.signal);
    return await this.#say('write', place, () => this.#write(place, content, options));
  }

  /** @throws STORAGE_KEY */
  localPath(key: string): string {
    return this.#pathOf(placeOf(key));
  }

  async diagnose(): Promise<readonly Finding[]> {
    return diagnoseRoot(this.#root, this.#lock, this.#options.clock.now());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock[Symbol.dispose]();
  }

  #pathOf(place: Place): string {
    return `${this.#root}/${place.key}`;
  }

  /** Does something with the disk and says its errors in the words of the contract. */
  async #say<T>(doing: string, place: Place, act: () => T | Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw translated(error, doing, this.#pathOf(place));
    }
  }

  async #write(
    place: Place,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<ObjectStat> {
    const hash = options.sha256 === undefined ? undefined : createHash('sha256');
    using aside = this.#aside();
    if (content instanceof Uint8Array) {
      hash?.update(content);
      await aside.append(content);
    } else {
      for await (const piece of piecesOf(content, options.signal)) {
        hash?.update(piece);
        await aside.append(piece);
      }
    }
    checkDigest(place, hash, options.sha256);
    const flushes = await this.#flushes(options);
    if (flushes) await aside.flush();
    options.signal?.throwIfAborted();
    try {
      return await this.#publishAside(place, aside, options, flushes);
    } catch (error) {
      if (systemCode(error) !== 'EXDEV') throw error;
      return await this.#writeAcross(place, aside.path, options);
    }
  }

  /**
   * The folder of the key is on another disk than the root, a mount point or below one, and no rename leads there: the
   * content is brought to a place beside the key first.
   */
  async #writeAcross(place: Place, path: string, options: WriteOptions): Promise<ObjectStat> {
    using beside = this.#publisher.folder(place.folder, []);
    const folder = place.folder === '' ? ASIDE_FOLDER : `${place.folder}/${ASIDE_FOLDER}`;
    try {
      using aside = new Aside(this.#publisher.folder(folder, []));
      const content = contentOfFile(path, lookAtSource(path));
      for await (const piece of content) await aside.append(piece);
      // Another disk is not settled with that of the root.
      if (this.#options.fsync) await aside.flush();
      return await this.#publishAside(place, aside, options, this.#options.fsync);
    } finally {
      removeIfEmpty(beside.at(ASIDE_FOLDER));
    }
  }

  #publishAside(
    place: Place,
    aside: Aside,
    options: WriteOptions,
    flushes: boolean,
  ): Promise<ObjectStat> {
    const done = () => aside.published();
    return this.#publish(place, { path: aside.path, own: true }, options, flushes, done);
  }

  /** Whether a write, to a device, is brought to the disk at once and by itself. */
  async #flushes({ durable }: WriteOptions, device?: bigint): Promise<boolean> {
    if (!this.#options.fsync) return false;
    return durable !== 'later' || !(await this.#settling.defers(device));
  }

  async settle(): Promise<void> {
    if (!this.#options.fsync) return;
    this.#prepareLock();
    await this.#settling.settle();
  }

  async #put(
    path: string,
    source: BigIntStats,
    place: Place,
    options: WriteOptions,
  ): Promise<ObjectStat> {
    if (options.sha256 !== undefined) await checkFile(path, source, place, options);
    // Another name of the same file could still be written to, so such a file is copied.
    if (source.nlink > 1n) return this.#write(place, contentOfFile(path, source), options);
    this.#prepareLock();
    const flushes = await this.#flushes(options, source.dev);
    // An empty file is nothing but its entry, which is flushed with its folder.
    if (flushes && source.size > 0n) await flushFileAt(path);
    try {
      return await this.#publish(place, { path, own: false }, options, flushes);
    } catch (error) {
      if (systemCode(error) !== 'EXDEV') throw error;
      // Its time may have been moved for the rename that the system refused, so it is looked at again.
      return this.#write(place, contentOfFile(path, lookAtSource(path)), options);
    }
  }

  async #publish(
    place: Place,
    file: Finished,
    options: WriteOptions,
    flushes: boolean,
    done: () => void = () => {},
  ): Promise<ObjectStat> {
    const { stat, touched } = this.#publisher.publish(place, file, options);
    done();
    if (flushes) await Promise.all(touched.map((path) => this.#flush.flush(path)));
    return stat;
  }

  #aside(): Aside {
    return new Aside(this.#prepareAsides());
  }

  /** The lock lives in the folder for content on its way. */
  #prepareLock(): void {
    if (!this.#swept) this.#prepareAsides()[Symbol.dispose]();
  }

  /** The folder for content on its way; the first call also clears what killed writers left. */
  #prepareAsides(): Folder {
    const folder = this.#publisher.folder(ASIDE_FOLDER, []);
    if (this.#swept) return folder;
    this.#swept = true;
    const removed = sweep(folder, this.#options.clock.now());
    if (removed > 0)
      this.#options.log.info(
        { root: this.#root, removed },
        'removed unfinished files of killed writers',
      );
    return folder;
  }
}

/** Another writer may have its content there as well; the last one removes the folder. */
function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It is in use, or gone already.
  }
}

function checkConditions(options: WriteOptions): void {
  if (options.ifAbsent === true && options.ifMatch !== undefined)
    throw storageError('STORAGE_UNSUPPORTED', 'ifAbsent and ifMatch cannot be asked for together.');
}

function checkDigest(place: Place, hash: Hash | undefined, expected: string | undefined): void {
  const got = hash?.digest('hex');
  if (got === expected) return;
  throw storageError('STORAGE_CORRUPT', `${place.key} should have sha256 ${expected}, got ${got}.`);
}

async function checkFile(
  path: string,
  source: BigIntStats,
  place: Place,
  { sha256, signal }: WriteOptions,
): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(contentOfFile(path, source), signal)) hash.update(piece);
  checkDigest(place, hash, sha256);
}
