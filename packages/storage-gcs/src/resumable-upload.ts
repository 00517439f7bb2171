import type { CallOptions } from '@orchestrate/core';
import {
  type HttpAnswer,
  type ObjectHead,
  type PartedUpload,
  PortError,
  type WriteRequest,
  wholeBody,
} from '@orchestrate/object-store';
import { headOf, type JsonApi, type ObjectResource, parsed } from './json-api.ts';

/** "Go on": the status by which a session says how much it has. */
const RESUME = 308;
const ENDED = [200, 201];
const ANSWERS = [...ENDED, RESUME];
/** The documented answer to giving a session up. */
const GIVEN_UP = [204, 404, 410, 499];

interface LastPart {
  readonly content: Uint8Array;
  readonly offset: number;
}

/**
 * A resumable session. Parts follow each other; the last one makes the object appear and so is sent with the commit. After an
 * error the session is asked how much it has, and only the rest is sent.
 */
export class ResumableUpload implements PartedUpload {
  readonly parallel = false;
  readonly #api: JsonApi;
  readonly #session: URL;
  readonly #look: () => Promise<ObjectHead | undefined>;
  #last: LastPart = { content: new Uint8Array(), offset: 0 };
  /** Whether what the session has is no longer known. */
  #isDoubtful = false;

  /** `look`: at the object under its final name. */
  constructor(api: JsonApi, session: URL, look: () => Promise<ObjectHead | undefined>) {
    this.#api = api;
    this.#session = session;
    this.#look = look;
  }

  async part(
    _index: number,
    content: Uint8Array,
    isLast: boolean,
    offset: number,
    options: CallOptions,
  ): Promise<void> {
    if (isLast) {
      this.#last = { content, offset };
      return;
    }
    const end = offset + content.length;
    for (let at = await this.#start(offset, options); at < end; ) {
      const rest = content.subarray(at - offset);
      const range = `bytes ${at}-${end - 1}/*`;
      const answer = await this.#send(range, [rest], {}, options);
      answer.drop();
      const has = receivedBy(answer);
      if (has <= at || has > end)
        throw new PortError('broken', `the service has ${has} bytes instead of ${end}`);
      at = has;
    }
  }

  async commit({ token, crc32c }: WriteRequest, options: CallOptions): Promise<ObjectHead> {
    const { content, offset } = this.#last;
    const total = offset + content.length;
    try {
      const at = await this.#start(offset, options, total);
      if (typeof at !== 'number') return at;
      const rest = content.subarray(at - offset);
      const range = rest.length === 0 ? `bytes */${total}` : `bytes ${at}-${total - 1}/${total}`;
      const answer = await this.#send(range, [rest], digestHeader(crc32c), options);
      if (ENDED.includes(answer.status)) return await objectOf(answer);
      answer.drop();
      this.#isDoubtful = true;
      throw new PortError('broken', `the service has ${receivedBy(answer)} bytes of ${total}`);
    } catch (error) {
      // The session may have ended with an answer that was lost, and be forgotten since.
      if (!(error instanceof PortError && error.kind === 'missing')) throw error;
      const head = await this.#look();
      if (head?.token === token) return head;
      throw new PortError('refused', 'the upload has expired', { cause: error });
    }
  }

  async abort(): Promise<void> {
    const answer = await this.#api.send({
      method: 'DELETE',
      path: new URL(this.#session),
      expects: GIVEN_UP,
      signal: AbortSignal.timeout(5000),
    });
    answer.drop();
  }

  /** Where to go on: at the offset, or where the session is after trouble. */
  #start(offset: number, options: CallOptions): Promise<number>;
  #start(offset: number, options: CallOptions, total: number): Promise<number | ObjectHead>;
  async #start(offset: number, options: CallOptions, total?: number): Promise<number | ObjectHead> {
    if (!this.#isDoubtful) return offset;
    const answer = await this.#send(`bytes */${total ?? '*'}`, [], {}, options);
    if (ENDED.includes(answer.status)) return objectOf(answer);
    answer.drop();
    const has = receivedBy(answer);
    this.#isDoubtful = false;
    if (has < offset) throw new PortError('refused', `the service has lost bytes from ${has} on`);
    return has;
  }

  async #send(
    contentRange: string,
    body: readonly Uint8Array[],
    more: Readonly<Record<string, string>>,
    { signal }: CallOptions,
  ): Promise<HttpAnswer> {
    const headers = { 'content-range': contentRange, ...more };
    try {
      const path = new URL(this.#session);
      return await this.#api.send({ method: 'PUT', path, headers, body, signal, expects: ANSWERS });
    } catch (error) {
      this.#isDoubtful = true;
      throw error;
    }
  }
}

/** How many bytes a session says it has. */
function receivedBy({ headers }: HttpAnswer): number {
  const last = /^bytes=0-(\d+)$/.exec(headers['range'] ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

async function objectOf(answer: HttpAnswer): Promise<ObjectHead> {
  return headOf(parsed<ObjectResource>(await wholeBody(answer)));
}

function digestHeader(crc32c: string | undefined): Readonly<Record<string, string>> {
  if (crc32c === undefined) return {};
  return { 'x-goog-hash': `crc32c=${Buffer.from(crc32c, 'hex').toString('base64')}` };
}
