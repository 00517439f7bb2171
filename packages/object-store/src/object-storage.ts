import {
  type ByteRange,
  type CallOptions,
  type Clock,
  type Finding,
  isFlowError,
  type ListPage,
  type ListRequest,
  type Logger,
  type ObjectStat,
  type Random,
  type Storage,
  type StorageTraits,
  storageError,
  type TransferOptions,
  type WriteOptions,
} from '@orchestrate/core';
import { Caller } from './caller.ts';
import { diagnosePort } from './diagnosis.ts';
import { conditionFailed, translated } from './errors.ts';
import { placeFile } from './fetched-file.ts';
import { Gate } from './gate.ts';
import { ObjectNames, prefixFrom } from './object-names.ts';
import { conditionOf, ObjectWrite, type WriteParts } from './object-write.ts';
import { PartSizes } from './part-sizes.ts';
import { BufferPool, partsOf, partsOfBytes, piecesOf } from './part-source.ts';
import { machinePause, type Pause } from './pause.ts';
import type { ObjectHead, ObjectPort, Operation } from './port.ts';
import { isPortError } from './port-error.ts';
import { RangedRead, type ReadParts } from './ranged-read.ts';
import { SourceFile } from './source-file.ts';
import type { TransferConfig } from './transfer-config.ts';

/** What an {@link ObjectStorage} needs beside its port. */
export interface ObjectStorageOptions extends TransferConfig {
  /** Below which all names are: `wavi/`, `wavi` or empty. */
  readonly prefix: string;
  /** Where jobs find the bucket or container mounted. */
  readonly mountedAt?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Default: the clock of this machine. */
  readonly pause?: Pause;
}

const TRAITS: StorageTraits = {
  conditionalCreate: true,
  conditionalReplace: true,
  local: false,
  serverCopy: true,
};

/** What is asked for at a time, at most, and fetched ahead of one object: a part is in memory until it is handed on. */
const READ_BYTES = 4 * 1024 * 1024;
/** The same, of a service that takes longer to answer than to send. */
const MOST_READ_BYTES = 8 * 1024 * 1024;
const AHEAD_BYTES = 24 * 1024 * 1024;

/** How often an object is fetched anew that did not arrive as its digest says, or changed on the way. */
const FETCHES = 3;
const FETCHED_ANEW: ReadonlySet<string> = new Set(['STORAGE_CORRUPT', 'STORAGE_CHANGED']);

/** A storage over one bucket or container: keys, conditions, digests, parts and repetitions; the port makes the requests. */
export class ObjectStorage implements Storage {
  readonly traits: StorageTraits;
  readonly #port: ObjectPort;
  readonly #names: ObjectNames;
  readonly #mountedAt: string | undefined;
  readonly #caller: Caller;
  readonly #sizes: PartSizes;
  readonly #writing: WriteParts;
  readonly #reading: ReadParts;
  readonly #pool: BufferPool;
  #isDisposed = false;

  /** @throws STORAGE_KEY for a prefix that is none */
  constructor(port: ObjectPort, options: ObjectStorageOptions) {
    const { clock, random, log, pause = machinePause, parallel, requests } = options;
    this.#port = port;
    this.#mountedAt = options.mountedAt?.replace(/\/+$/, '');
    this.traits = { ...TRAITS, ...(port.limits.utf16Order ? { utf16Order: true } : {}) };
    this.#names = new ObjectNames(prefixFrom(options.prefix), port.limits.nameBytes);
    this.#caller = new Caller({
      clock,
      random,
      log,
      pause,
      requests,
      patienceSeconds: options.patience,
      answerSeconds: options.answerTime,
    });
    this.#sizes = new PartSizes(options.partSize, port.limits);
    this.#pool = new BufferPool(parallel);
    this.#writing = { port, caller: this.#caller, sending: new Gate(parallel) };
    const partBytes = Math.min(this.#sizes.partBytes, READ_BYTES);
    this.#reading = {
      port,
      caller: this.#caller,
      partBytes,
      mostPartBytes: Math.max(partBytes, Math.min(MOST_READ_BYTES, (partBytes * parallel) / 2)),
      ahead: new Gate(parallel),
      // So that one object does not fill the memory; several share the places.
      aheadPlaces: Math.max(2, Math.min(parallel, Math.floor(AHEAD_BYTES / partBytes))),
    };
  }

  async stat(key: string, { signal }: CallOptions = {}): Promise<ObjectStat | undefined> {
    const name = this.#names.of(key);
    signal?.throwIfAborted();
    const head = await this.#say('read', name, () => this.#head(name, signal));
    return head === undefined ? undefined : statOf(key, head);
  }

  async *read(
    key: string,
    { signal, range }: CallOptions & { readonly range?: ByteRange } = {},
  ): AsyncGenerator<Uint8Array> {
    const name = this.#names.of(key);
    signal?.throwIfAborted();
    try {
      yield* new RangedRead(this.#reading, name, signal).content(range);
    } catch (error) {
      throw translated(error, this.#port, 'read', name);
    }
  }

  async write(
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<ObjectStat> {
    const name = this.#names.of(key);
    const write = new ObjectWrite(this.#writing, name, options);
    options.signal?.throwIfAborted();
    const head = await this.#say('write', name, () =>
      content instanceof Uint8Array
        ? this.#writeBytes(write, content)
        : this.#writeStream(write, piecesOf(content, options.signal)),
    );
    return statOf(key, head);
  }

  async put(path: string, key: string, options: WriteOptions = {}): Promise<ObjectStat> {
    const name = this.#names.of(key);
    const write = new ObjectWrite(this.#writing, name, options);
    options.signal?.throwIfAborted();
    using file = SourceFile.open(path);
    const head = await this.#say('write', name, async () => {
      if (this.#sizes.isOne(file.bytes)) return write.whole(await file.whole());
      const parts = file.parts(this.#sizes.forBytes(file.bytes), this.#pool);
      return write.parted(parts, file.bytes, () => file.checkUnchanged());
    });
    return statOf(key, head);
  }

  async fetch(
    key: string,
    path: string,
    { signal, onBytes }: TransferOptions = {},
  ): Promise<ObjectStat> {
    const name = this.#names.of(key);
    signal?.throwIfAborted();
    for (let count = 1; ; count += 1) {
      const read = new RangedRead(this.#reading, name, signal);
      try {
        const content = read.content(undefined);
        await placeFile(path, onBytes === undefined ? content : counted(content, onBytes));
        if (read.head === undefined)
          throw new Error(`nothing is known of ${name} after reading it`);
        return statOf(key, read.head);
      } catch (error) {
        const isPassing = isFlowError(error) && FETCHED_ANEW.has(error.code);
        if (!isPassing || count === FETCHES) throw translated(error, this.#port, 'read', name);
      }
    }
  }

  async list(request: ListRequest = {}): Promise<ListPage> {
    const { signal, prefix = '', delimiter, next, limit } = request;
    signal?.throwIfAborted();
    const from = this.#names.prefix + prefix;
    const pageSize = this.#port.limits.pageSize;
    const wanted = {
      prefix: from,
      limit: Math.max(1, Math.min(limit ?? pageSize, pageSize)),
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(next === undefined ? {} : { next }),
    };
    const page = await this.#say('list', from, () =>
      this.#caller.call(`list ${from}`, signal, (attempt) => this.#port.list(wanted, attempt)),
    );
    const objects: ObjectStat[] = [];
    for (const object of page.objects) {
      const key = this.#names.keyOf(object.name);
      if (key !== undefined) objects.push(statOf(key, object));
    }
    const prefixes = page.prefixes
      .map((name) => this.#names.prefixOf(name))
      .filter((one) => one !== undefined);
    return { objects, prefixes, ...(page.next === undefined ? {} : { next: page.next }) };
  }

  async delete(
    key: string,
    { signal, ifMatch }: CallOptions & { readonly ifMatch?: string } = {},
  ): Promise<void> {
    const name = this.#names.of(key);
    signal?.throwIfAborted();
    await this.#say('delete', name, () =>
      this.#caller.call(`delete ${name}`, signal, async (attempt) => {
        try {
          await this.#port.delete(name, ifMatch, attempt);
        } catch (error) {
          if (!isPortError(error, 'missing', 'condition')) throw error;
          if (ifMatch === undefined && error.kind === 'missing') return;
          // A repeated request finds its own work done.
          if (attempt.count > 1 && (await this.#port.head(name, attempt)) === undefined) return;
          const address = this.#port.address(name);
          throw conditionFailed(address, 'generation', error);
        }
      }),
    );
  }

  async copy(from: string, to: string, options: WriteOptions = {}): Promise<ObjectStat> {
    const [source, target] = [this.#names.of(from), this.#names.of(to)];
    const condition = conditionOf(options);
    const { signal } = options;
    signal?.throwIfAborted();
    const head = await this.#say('copy', source, async () => {
      if (options.sha256 !== undefined) await this.#checkSource(source, options.sha256, signal);
      return this.#caller.call(`copy ${source}`, signal, async (attempt) => {
        try {
          return await this.#port.copy(source, target, condition, attempt);
        } catch (error) {
          if (!isPortError(error, 'condition') || condition === undefined) throw error;
          const found = attempt.count > 1 ? await this.#port.head(target, attempt) : undefined;
          const token = (await this.#port.head(source, attempt))?.token;
          if (found !== undefined && found.token === token && token !== undefined) return found;
          const kind = 'absent' in condition ? 'absent' : 'generation';
          throw conditionFailed(this.#port.address(target), kind, error);
        }
      });
    });
    return statOf(to, head);
  }

  /** The address that other programs use, as the service spells it. */
  url(key: string): string {
    return this.#port.address(this.#names.of(key));
  }

  /** Where jobs find the object, with the prefix of the storage. */
  mountPath(key: string): string | undefined {
    const name = this.#names.of(key);
    return this.#mountedAt === undefined ? undefined : `${this.#mountedAt}/${name}`;
  }

  /** Who speaks to the service and what it may do, found out by doing it. */
  async diagnose({ signal }: CallOptions = {}): Promise<readonly Finding[]> {
    return diagnosePort(this.#port, this.#names.prefix, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    await this.#port[Symbol.asyncDispose]();
  }

  #head(name: string, signal: AbortSignal | undefined): Promise<ObjectHead | undefined> {
    return this.#caller.call(`look at ${name}`, signal, (attempt) =>
      this.#port.head(name, attempt),
    );
  }

  #writeBytes(write: ObjectWrite, content: Uint8Array): Promise<ObjectHead> {
    if (this.#sizes.isOne(content.length)) return write.whole(content);
    const sizeOf = this.#sizes.forBytes(content.length);
    return write.parted(partsOfBytes(content, sizeOf), content.length);
  }

  async #writeStream(write: ObjectWrite, source: AsyncIterable<Uint8Array>): Promise<ObjectHead> {
    const parts = partsOf(source, { sizeOf: this.#sizes.forUnknown(), pool: this.#pool });
    const first = await parts.next();
    if (first.done === true) throw new Error('a stream is cut into one part at least');
    if (!first.value.isLast) return write.parted(followed(first.value, parts));
    try {
      return await write.whole(first.value.content);
    } finally {
      first.value.release();
    }
  }

  async #checkSource(name: string, sha256: string, signal: AbortSignal | undefined): Promise<void> {
    const { createHash } = await import('node:crypto');
    const known = (await this.#head(name, signal))?.checksums.sha256;
    const hash = createHash('sha256');
    if (known === undefined)
      for await (const piece of new RangedRead(this.#reading, name, signal).content(undefined))
        hash.update(piece);
    const got = known ?? hash.digest('hex');
    if (got === sha256) return;
    const address = this.#port.address(name);
    throw storageError('STORAGE_CORRUPT', `${address} should have sha256 ${sha256}, got ${got}.`);
  }

  async #say<T>(operation: Operation, name: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw translated(error, this.#port, operation, name);
    }
  }
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    onBytes(piece.length);
    yield piece;
  }
}

async function* followed<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

function statOf(key: string, { bytes, generation, modifiedAt, checksums }: ObjectHead): ObjectStat {
  const { sha256 } = checksums;
  if (sha256 === undefined) return { key, bytes, generation, modifiedAt };
  return { key, bytes, generation, modifiedAt, sha256 };
}
