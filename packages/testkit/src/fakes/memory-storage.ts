import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type ByteRange,
  type CallOptions,
  type Clock,
  compareUtf8,
  type ListPage,
  type ListRequest,
  type ObjectStat,
  type Storage,
  type StorageTraits,
  storageError,
  storageKeyProblem,
  type WriteOptions,
} from '@orchestrate/core';
import { collected } from './collected.ts';
import { pageOf } from './list-page.ts';

/** What {@link MemoryStorage} keeps of one object. */
interface Held {
  readonly content: Uint8Array;
  readonly stat: ObjectStat;
}

/** The bucket behind one or more {@link MemoryStorage}s: what survives when a store is disposed. */
export class MemoryObjects {
  readonly held = new Map<string, Held>();
  #generation = 0;

  /** A generation never given out before. */
  nextGeneration(): string {
    this.#generation += 1;
    return `g${this.#generation}`;
  }
}

/** Options of {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  /** Which traits to have; each is true unless said otherwise. `local` is always false. */
  readonly traits?: Partial<Omit<StorageTraits, 'local'>>;
  /** Share these to open the same bucket twice. */
  readonly objects?: MemoryObjects;
  /** Time of `modifiedAt`. Default: the machine's. */
  readonly clock?: Clock;
  /** Entries a page at most. Default 1,000. */
  readonly pageSize?: number;
  /** Whether keys are files in folders, so that `a` and `a/b` cannot both be there. Default false. */
  readonly folders?: boolean;
}

const CHUNK_BYTES = 65_536;

function checkKey(key: string): void {
  const problem = storageKeyProblem(key);
  if (problem === undefined) return;
  throw storageError(
    'STORAGE_KEY',
    `The key ${JSON.stringify(key.slice(0, 80))} is not valid: ${problem}.`,
  );
}

function cut(key: string, content: Uint8Array, range: ByteRange | undefined): Uint8Array {
  if (range === undefined) return content;
  const { first, last = Number.POSITIVE_INFINITY } = range;
  if (!(Number.isInteger(first) && first >= 0 && first < content.length && last >= first))
    throw storageError(
      'STORAGE_RANGE',
      `Bytes ${first} to ${last} are not in ${key}, which has ${content.length}.`,
    );
  return content.subarray(first, last + 1);
}

/** A complete storage in memory, for tests of whatever uses one. Passes the contract suite with any of its traits. */
export class MemoryStorage implements Storage {
  readonly traits: StorageTraits;
  readonly #objects: MemoryObjects;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #pageSize: number;
  readonly #folders: boolean;

  constructor(options: MemoryStorageOptions = {}) {
    this.traits = {
      conditionalCreate: true,
      conditionalReplace: true,
      serverCopy: true,
      ...options.traits,
      local: false,
    };
    this.#objects = options.objects ?? new MemoryObjects();
    this.#clock = options.clock ?? Date;
    this.#pageSize = options.pageSize ?? 1000;
    this.#folders = options.folders ?? false;
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectStat | undefined> {
    return (await this.#find(key, options))?.stat;
  }

  async *read(
    key: string,
    options: CallOptions & { readonly range?: ByteRange } = {},
  ): AsyncGenerator<Uint8Array> {
    const held = await this.#find(key, options);
    if (held === undefined) throw storageError('STORAGE_NOT_FOUND', `There is no object ${key}.`);
    const content = cut(key, held.content, options.range);
    for (let at = 0; at < content.length; at += CHUNK_BYTES) {
      options.signal?.throwIfAborted();
      yield content.slice(at, at + CHUNK_BYTES);
    }
  }

  async write(
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<ObjectStat> {
    checkKey(key);
    this.#checkConditions(options);
    options.signal?.throwIfAborted();
    const whole = await collected(content, options.signal);
    return this.#publish(key, whole, options);
  }

  async put(path: string, key: string, options: WriteOptions = {}): Promise<ObjectStat> {
    checkKey(key);
    options.signal?.throwIfAborted();
    return this.write(key, await regularFile(path), options);
  }

  async fetch(key: string, path: string, options: CallOptions = {}): Promise<ObjectStat> {
    const held = await this.#find(key, options);
    if (held === undefined) throw storageError('STORAGE_NOT_FOUND', `There is no object ${key}.`);
    await placeFile(path, held.content);
    return held.stat;
  }

  async list(request: ListRequest = {}): Promise<ListPage> {
    await Promise.resolve();
    request.signal?.throwIfAborted();
    const keys = [...this.#objects.held.keys()].sort(compareUtf8);
    const limit = Math.min(request.limit ?? this.#pageSize, this.#pageSize);
    return pageOf(keys, (key) => this.#objects.held.get(key)?.stat, { ...request, limit });
  }

  async delete(
    key: string,
    options: CallOptions & { readonly ifMatch?: string } = {},
  ): Promise<void> {
    const held = await this.#find(key, options);
    this.#checkConditions(options);
    this.#checkMatch(key, held, options.ifMatch);
    this.#objects.held.delete(key);
  }

  async copy(from: string, to: string, options: WriteOptions = {}): Promise<ObjectStat> {
    checkKey(to);
    const held = await this.#find(from, options);
    if (!this.traits.serverCopy)
      throw storageError('STORAGE_UNSUPPORTED', 'This storage cannot copy on its side.');
    this.#checkConditions(options);
    if (held === undefined) throw storageError('STORAGE_NOT_FOUND', `There is no object ${from}.`);
    return this.#publish(to, held.content, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }

  /** Every answer comes a turn later, as from a real store. */
  async #find(key: string, options: CallOptions): Promise<Held | undefined> {
    checkKey(key);
    await Promise.resolve();
    options.signal?.throwIfAborted();
    return this.#objects.held.get(key);
  }

  #checkConditions(options: WriteOptions): void {
    const refuse = (what: string) =>
      storageError('STORAGE_UNSUPPORTED', `This storage does not support ${what}.`);
    if (options.ifAbsent === true && !this.traits.conditionalCreate) throw refuse('ifAbsent');
    if (options.ifMatch === undefined) return;
    if (!this.traits.conditionalReplace) throw refuse('ifMatch');
    if (options.ifAbsent === true) throw refuse('ifAbsent together with ifMatch');
  }

  #checkMatch(key: string, held: Held | undefined, ifMatch: string | undefined): void {
    if (ifMatch === undefined || held?.stat.generation === ifMatch) return;
    const got = held === undefined ? 'it is gone' : `it is at ${held.stat.generation}`;
    throw storageError('STORAGE_CHANGED', `${key} is not at generation ${ifMatch}: ${got}.`);
  }

  #checkFolders(key: string): void {
    if (!this.#folders) return;
    const segments = key.split('/');
    const above = segments.map((_, count) => segments.slice(0, count).join('/'));
    const other =
      above.find((folder) => this.#objects.held.has(folder)) ??
      [...this.#objects.held.keys()].find((held) => held.startsWith(`${key}/`));
    if (other !== undefined)
      throw storageError('STORAGE_CONFLICT', `${key} cannot be stored beside ${other}.`);
  }

  #publish(key: string, content: Uint8Array, options: WriteOptions): ObjectStat {
    const sha256 = createHash('sha256').update(content).digest('hex');
    if (options.sha256 !== undefined && options.sha256 !== sha256)
      throw storageError(
        'STORAGE_CORRUPT',
        `${key} should have sha256 ${options.sha256}, got ${sha256}.`,
      );
    const held = this.#objects.held.get(key);
    if (options.ifAbsent === true && held !== undefined)
      throw storageError('STORAGE_EXISTS', `There is an object ${key} already.`);
    this.#checkMatch(key, held, options.ifMatch);
    this.#checkFolders(key);
    const stat: ObjectStat = {
      key,
      bytes: content.length,
      generation: this.#objects.nextGeneration(),
      modifiedAt: this.#clock.now(),
      sha256,
    };
    this.#objects.held.set(key, { content, stat });
    return stat;
  }
}

async function regularFile(path: string): Promise<Uint8Array> {
  const unreadable = (cause?: unknown) =>
    storageError('STORAGE_FILE', `${path} is not a regular file that can be read.`, { cause });
  const stat = await lstat(path).catch((error: unknown) => Promise.reject(unreadable(error)));
  if (!stat.isFile()) throw unreadable();
  return readFile(path);
}

async function placeFile(path: string, content: Uint8Array): Promise<void> {
  const aside = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(aside, content, { flag: 'wx' });
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw storageError('STORAGE_FILE', `${path} cannot be written.`, { cause: error });
  }
}
