import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type CallOptions, type Clock, compareUtf8 } from '@orchestrate/core';
import { crc32c } from './crc32c.ts';
import type {
  Condition,
  Download,
  Identity,
  NamesPage,
  NamesRequest,
  ObjectHead,
  ObjectPort,
  Operation,
  PartedUpload,
  ServiceLimits,
  WriteRequest,
} from './port.ts';
import { PortError } from './port-error.ts';

interface Held {
  readonly content: Uint8Array;
  readonly head: ObjectHead;
}

/** A bucket in memory, which several {@link MemoryPort}s can share. */
export class MemoryBucket {
  readonly held = new Map<string, Held>();
  #generation = 0;

  nextGeneration(): string {
    this.#generation += 1;
    return String(this.#generation);
  }
}

/** Options of {@link MemoryPort}. */
export interface MemoryPortOptions {
  readonly bucket?: MemoryBucket;
  readonly clock?: Pick<Clock, 'now'>;
  /** Whether parts may come in any order, as with Azure, or one after the other, as with a resumable upload of Google's. */
  readonly parallelParts?: boolean;
  readonly limits?: Partial<ServiceLimits>;
}

const PIECE_BYTES = 65_536;
const LIMITS: ServiceLimits = {
  putBytes: 1 << 20,
  partMultiple: 1,
  maxPartBytes: 1 << 20,
  maxParts: 10_000,
  pageSize: 1000,
  nameBytes: 1024,
};

/** A service in memory that behaves as the real ones do, call by call. For tests of what is built on a port. */
export class MemoryPort implements ObjectPort {
  readonly limits: ServiceLimits;
  readonly #bucket: MemoryBucket;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #parallel: boolean;

  constructor(options: MemoryPortOptions = {}) {
    this.limits = { ...LIMITS, ...options.limits };
    this.#bucket = options.bucket ?? new MemoryBucket();
    this.#clock = options.clock ?? Date;
    this.#parallel = options.parallelParts ?? true;
  }

  address(name: string): string {
    return `memory://bucket/${name}`;
  }

  permission(operation: Operation): string {
    return `memory.objects.${operation}`;
  }

  async identity(options: CallOptions): Promise<Identity> {
    await turn(options);
    return { who: 'anonymous', from: 'memory' };
  }

  async head(name: string, options: CallOptions): Promise<ObjectHead | undefined> {
    await turn(options);
    return this.#bucket.held.get(name)?.head;
  }

  async get(
    name: string,
    range: { readonly first: number; readonly last: number } | undefined,
    generation: string | undefined,
    options: CallOptions,
  ): Promise<Download> {
    await turn(options);
    const held = this.#held(name, generation);
    const { first, last } = range ?? { first: 0, last: Number.MAX_SAFE_INTEGER };
    if (range !== undefined && first >= held.content.length)
      throw new PortError('range', `it has ${held.content.length} bytes`);
    const content = held.content.subarray(first, last + 1);
    const { token: _, ...head } = held.head;
    return { head, body: pieces(content, options) };
  }

  async put(
    name: string,
    content: Uint8Array,
    request: WriteRequest,
    options: CallOptions,
  ): Promise<ObjectHead> {
    const own = new Uint8Array(content);
    await turn(options);
    if (own.length > this.limits.putBytes)
      throw new PortError('refused', 'the content is too large for one request');
    return this.#publish(name, own, request);
  }

  async upload(name: string, begun: WriteRequest, options: CallOptions): Promise<PartedUpload> {
    await turn(options);
    if (!this.#parallel) this.#check(name, begun.condition);
    const parts = new Map<number, Uint8Array>();
    let done: ObjectHead | undefined;
    return {
      parallel: this.#parallel,
      part: async (index, content, _isLast, offset, call) => {
        const own = new Uint8Array(content);
        await turn(call);
        const before = [...parts].filter(([other]) => other < index);
        const sum = before.reduce((bytes, [, { length }]) => bytes + length, 0);
        if (!this.#parallel && sum !== offset)
          throw new PortError('refused', `expected byte ${sum}, got ${offset}`);
        parts.set(index, own);
      },
      commit: async (final, call) => {
        await turn(call);
        const request = this.#parallel ? final : begun;
        const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, content]) => content);
        // A session that has ended goes on giving its answer; a list of parts is judged again.
        if (this.#parallel || done === undefined)
          done = this.#publish(name, Buffer.concat(inOrder), request);
        return done;
      },
      abort: async () => parts.clear(),
    };
  }

  async list(request: NamesRequest, options: CallOptions): Promise<NamesPage> {
    await turn(options);
    const { prefix, delimiter, next = '', limit } = request;
    const names = [...this.#bucket.held.keys()].filter((name) => name.startsWith(prefix));
    const entries = new Set<string>();
    for (const name of names) {
      const end = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
      entries.add(end === -1 ? name : name.slice(0, end + 1));
    }
    const rest = [...entries].sort(compareUtf8).filter((entry) => compareUtf8(entry, next) > 0);
    const page = rest.slice(0, Math.min(limit, this.limits.pageSize));
    const objects: (ObjectHead & { readonly name: string })[] = [];
    const prefixes: string[] = [];
    for (const entry of page) {
      const held = this.#bucket.held.get(entry);
      if (delimiter !== undefined && entry.endsWith(delimiter) && entry !== prefix)
        prefixes.push(entry);
      else if (held !== undefined) objects.push({ ...held.head, name: entry });
    }
    const last = page.at(-1);
    const hasMore = rest.length > page.length && last !== undefined;
    return { objects, prefixes, ...(hasMore ? { next: last } : {}) };
  }

  async delete(name: string, generation: string | undefined, options: CallOptions): Promise<void> {
    await turn(options);
    this.#held(name, generation);
    this.#bucket.held.delete(name);
  }

  async copy(
    from: string,
    to: string,
    condition: Condition | undefined,
    options: CallOptions,
  ): Promise<ObjectHead> {
    await turn(options);
    const { content, head } = this.#held(from, undefined);
    const { sha256 } = head.checksums;
    const request = {
      token: head.token ?? '',
      ...(condition === undefined ? {} : { condition }),
      ...(sha256 === undefined ? {} : { sha256 }),
    };
    return this.#publish(to, content, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }

  #held(name: string, generation: string | undefined): Held {
    const held = this.#bucket.held.get(name);
    if (held === undefined) throw new PortError('missing', `there is no ${name}`);
    if (generation !== undefined && held.head.generation !== generation)
      throw new PortError('condition', `it is at ${held.head.generation}`);
    return held;
  }

  #check(name: string, condition: Condition | undefined): void {
    if (condition === undefined) return;
    const now = this.#bucket.held.get(name)?.head.generation;
    const wanted = 'absent' in condition ? undefined : condition.generation;
    if (now !== wanted) throw new PortError('condition', `it is at ${now ?? 'nothing'}`);
  }

  #publish(name: string, content: Uint8Array, request: WriteRequest): ObjectHead {
    this.#check(name, request.condition);
    const head: ObjectHead = {
      bytes: content.length,
      generation: this.#bucket.nextGeneration(),
      modifiedAt: this.#clock.now(),
      checksums: {
        crc32c: crc32c(content),
        md5: createHash('md5').update(content).digest('hex'),
        ...(request.sha256 === undefined ? {} : { sha256: request.sha256 }),
      },
      token: request.token,
    };
    this.#bucket.held.set(name, { content, head });
    return head;
  }
}

/** Every answer comes a turn later, as from a real service. */
async function turn({ signal }: CallOptions): Promise<void> {
  signal?.throwIfAborted();
  await setImmediate();
  signal?.throwIfAborted();
}

async function* pieces(content: Uint8Array, { signal }: CallOptions): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += PIECE_BYTES) {
    await Promise.resolve();
    signal?.throwIfAborted();
    yield new Uint8Array(content.subarray(at, at + PIECE_BYTES));
  }
}
