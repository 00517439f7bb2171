import type { CallOptions, Random } from '@orchestrate/core';
import type {
  Condition,
  Download,
  NamesRequest,
  ObjectPort,
  PartedUpload,
  WriteRequest,
} from '../src/port.ts';
import { PortError } from '../src/port-error.ts';

/** How likely each trouble is, from 0 to 1. */
export interface Troubles {
  /** The connection breaks before the service hears of the call. */
  readonly refused?: number;
  /** The call has its effect, but the answer is lost. */
  readonly lost?: number;
  /** The service asks for patience. */
  readonly busy?: number;
  /** The service says nothing until the caller gives up. */
  readonly silent?: number;
  /** A body ends early, with a good status. */
  readonly cut?: number;
  /** A body stops, but its connection stays. */
  readonly stalled?: number;
  /** One bit of a body differs. */
  readonly flipped?: number;
}

/** A port whose network has troubles. */
export class FaultyPort implements ObjectPort {
  readonly limits;
  readonly counts: Record<keyof Troubles, number> = {
    refused: 0,
    lost: 0,
    busy: 0,
    silent: 0,
    cut: 0,
    stalled: 0,
    flipped: 0,
  };
  readonly #port: ObjectPort;
  readonly #troubles: Troubles;
  readonly #random: Random;

  constructor(port: ObjectPort, troubles: Troubles, random: Random) {
    this.limits = port.limits;
    this.#port = port;
    this.#troubles = troubles;
    this.#random = random;
  }

  address = (name: string) => this.#port.address(name);
  permission = (operation: Parameters<ObjectPort['permission']>[0]) =>
    this.#port.permission(operation);
  identity = (options: CallOptions) => this.#port.identity(options);

  head(name: string, options: CallOptions) {
    return this.#call(options, () => this.#port.head(name, options));
  }

  async get(
    name: string,
    range: { readonly first: number; readonly last: number } | undefined,
    generation: string | undefined,
    options: CallOptions,
  ): Promise<Download> {
    const { head, body } = await this.#call(options, () =>
      this.#port.get(name, range, generation, options),
    );
    return { head, body: this.#body(body, options) };
  }

  put(name: string, content: Uint8Array, request: WriteRequest, options: CallOptions) {
    return this.#call(options, () => this.#port.put(name, content, request, options));
  }

  async upload(
    name: string,
    request: WriteRequest,
    options: CallOptions & { readonly bytes?: number },
  ): Promise<PartedUpload> {
    const upload = await this.#call(options, () => this.#port.upload(name, request, options));
    return {
      parallel: upload.parallel,
      part: (index, content, isLast, offset, call) =>
        this.#call(call, () => upload.part(index, content, isLast, offset, call)),
      commit: (final, call) => this.#call(call, () => upload.commit(final, call)),
      abort: () => upload.abort(),
    };
  }

  list(request: NamesRequest, options: CallOptions) {
    return this.#call(options, () => this.#port.list(request, options));
  }

  delete(name: string, generation: string | undefined, options: CallOptions) {
    return this.#call(options, () => this.#port.delete(name, generation, options));
  }

  copy(from: string, to: string, condition: Condition | undefined, options: CallOptions) {
    return this.#call(options, () => this.#port.copy(from, to, condition, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#port[Symbol.asyncDispose]();
  }

  #strikes(trouble: keyof Troubles): boolean {
    const isStruck = this.#random() < (this.#troubles[trouble] ?? 0);
    if (isStruck) this.counts[trouble] += 1;
    return isStruck;
  }

  async #call<T>(options: CallOptions, go: () => Promise<T>): Promise<T> {
    if (this.#strikes('refused')) throw new PortError('broken', 'the connection was reset');
    if (this.#strikes('busy'))
      throw new PortError('busy', 'slow down', { retryAfterSeconds: 3, code: '429' });
    if (this.#strikes('silent')) await silence(options);
    const answer = await go();
    if (this.#strikes('lost')) throw new PortError('broken', 'the answer was lost');
    return answer;
  }

  async *#body(body: AsyncIterable<Uint8Array>, options: CallOptions): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      if (this.#strikes('stalled')) await silence(options);
      if (this.#strikes('cut')) {
        yield piece.subarray(0, Math.floor(piece.length * this.#random()));
        return;
      }
      if (this.#strikes('flipped')) {
        const at = Math.floor(this.#random() * piece.length);
        piece[at] = (piece[at] ?? 0) ^ 1;
      }
      yield piece;
    }
  }
}

/** Lasts until the caller gives up. */
function silence({ signal }: CallOptions): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
