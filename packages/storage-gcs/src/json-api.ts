import {
  type Checksums,
  errorOfStatus,
  type HttpAnswer,
  HttpClient,
  type ObjectHead,
  PortError,
  retryAfterSeconds,
  wholeBody,
} from '@orchestrate/object-store';
import type { GoogleIdentity } from './google-identity.ts';

/** Entries of our metadata. */
export const TOKEN = 'orchestrate-write';
export const SHA256 = 'orchestrate-sha256';

/** The fields of an object that we read; documented under "Objects: resource" of the JSON API. */
export interface ObjectResource {
  readonly name: string;
  readonly size: string;
  readonly generation: string;
  readonly updated: string;
  readonly md5Hash?: string;
  readonly crc32c?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export const OBJECT_FIELDS = 'name,size,generation,updated,md5Hash,crc32c,metadata';

/** Those of a listing, which is of many objects: nobody compares digests by it. */
export const LISTED_FIELDS = 'name,size,generation,updated,metadata';

/** A request in the terms of the JSON API. */
export interface ApiCall {
  readonly method: string;
  /** Below the address of the service, names encoded. A whole address is taken as it is. */
  readonly path: string | URL;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: readonly Uint8Array[];
  readonly signal?: AbortSignal | undefined;
  /** Statuses that are answers. Default: 200 to 299. */
  readonly expects?: readonly number[];
}

/** Requests to one service with one identity. */
export class JsonApi implements AsyncDisposable {
  readonly #identity: GoogleIdentity;
  readonly #userProject: string | undefined;
  readonly #now: () => number;
  #client: Promise<readonly [HttpClient, URL]> | undefined;

  constructor(identity: GoogleIdentity, userProject: string | undefined, now: () => number) {
    this.#identity = identity;
    this.#userProject = userProject;
    this.#now = now;
  }

  /** @throws PortError */
  async send({
    method,
    path,
    query = {},
    headers,
    body,
    signal,
    expects,
  }: ApiCall): Promise<HttpAnswer> {
    const [client, endpoint] = await this.#open();
    const url = typeof path === 'string' ? new URL(path, endpoint) : path;
    for (const [name, value] of Object.entries({ ...query, userProject: this.#userProject }))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const answer = await client.send({
      method,
      url,
      headers: { ...headers, ...(await this.#identity.headers(url)) },
      ...(body === undefined ? {} : { body }),
      signal,
    });
    const { status } = answer;
    const isGood = expects?.includes(status) ?? (status >= 200 && status < 300);
    if (isGood) return answer;
    throw await this.#failure(answer);
  }

  /** A request whose answer is JSON. @throws PortError */
  async json<T>(call: ApiCall): Promise<T> {
    return parsed<T>(await wholeBody(await this.send(call)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#client)?.[0][Symbol.dispose]();
  }

  #open(): Promise<readonly [HttpClient, URL]> {
    this.#client ??= this.#identity
      .endpoint()
      .then((endpoint) => [new HttpClient(endpoint), endpoint] as const);
    return this.#client;
  }

  async #failure(answer: HttpAnswer): Promise<PortError> {
    const text = (await wholeBody(answer).catch(() => Buffer.alloc(0))).toString();
    const { message, reason } = saidBy(text);
    const { status, headers } = answer;
    const code = reason ?? String(status);
    const more = { code, retryAfterSeconds: retryAfterSeconds(headers, this.#now()) };
    const said = `the service says ${status} ${message}`.trim();
    const kind = kindOf(status, reason, message);
    return kind === undefined ? errorOfStatus(status, said, more) : new PortError(kind, said, more);
  }
}

/** Reasons and messages that say more than their status. "HTTP status and error codes for JSON" of the documentation. */
function kindOf(
  status: number,
  reason: string | undefined,
  message: string,
): PortError['kind'] | undefined {
  if (status === 404 && /bucket/i.test(message)) return 'no-bucket';
  if (status === 400 && /crc32c|md5|checksum/i.test(message)) return 'corrupt';
  if (status === 400 && /object name|invalid argument.*name/i.test(message)) return 'name';
  if (status === 403 && /rateLimit|quotaExceeded/i.test(reason ?? '')) return 'busy';
  if (status === 409) return 'broken';
  return undefined;
}

interface ErrorBody {
  readonly error?: {
    readonly message?: string;
    readonly errors?: readonly { readonly reason?: string }[];
  };
}

function saidBy(text: string): { readonly message: string; readonly reason: string | undefined } {
  try {
    const { error } = JSON.parse(text) as ErrorBody;
    return { message: error?.message ?? '', reason: error?.errors?.[0]?.reason };
  } catch {
    return {
      message: text
        .replace(/<[^>]*>/g, ' ')
        .trim()
        .slice(0, 200),
      reason: undefined,
    };
  }
}

/** @throws PortError `broken` when the text is cut or is not JSON */
export function parsed<T>(body: Buffer): T {
  try {
    return JSON.parse(body.toString()) as T;
  } catch (cause) {
    throw new PortError('broken', 'the answer is not whole', { cause });
  }
}

/** base64 as the service writes digests, in hex. */
export function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

/** @throws PortError `broken` when something is missing that every object has */
function mustDescribe({ size, generation }: ObjectResource): void {
  if (Number.isSafeInteger(Number(size)) && generation !== undefined) return;
  throw new PortError('broken', 'the answer does not describe an object');
}

/**
 * An entry of a listing. Digests of the service are left out: nobody compares contents by a listing.
 * @throws PortError `broken` when something is missing
 */
export function listedOf(object: ObjectResource): ObjectHead & { readonly name: string } {
  mustDescribe(object);
  const { name, size, generation, updated, metadata } = object;
  const sha256 = metadata?.[SHA256];
  const checksums = sha256 === undefined ? NO_CHECKSUMS : { sha256 };
  return { name, bytes: Number(size), generation, modifiedAt: timeOf(updated), checksums };
}

const NO_CHECKSUMS: Checksums = {};

/** Milliseconds since 1970 of a time as the service writes it, `2026-11-30T12:34:56.789Z`: there is one in every entry of a listing. */
function timeOf(text: string): number {
  if (text.length !== 24 || text.charCodeAt(23) !== Z) return Date.parse(text);
  const two = (at: number): number =>
    (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
  const [year, milliseconds] = [two(0) * 100 + two(2), two(20) * 10 + text.charCodeAt(22) - ZERO];
  return Date.UTC(year, two(5) - 1, two(8), two(11), two(14), two(17), milliseconds);
}

const ZERO = 48;
const Z = 90;

/** What the service says of an object. @throws PortError `broken` when something is missing */
export function headOf(object: ObjectResource): ObjectHead {
  mustDescribe(object);
  const { size, generation, updated, md5Hash, crc32c, metadata = {} } = object;
  const [bytes, modifiedAt] = [Number(size), timeOf(updated)];
  const sha256 = metadata[SHA256];
  const token = metadata[TOKEN];
  const checksums: Checksums = {
    ...(md5Hash === undefined ? {} : { md5: hexOf(md5Hash) }),
    ...(crc32c === undefined ? {} : { crc32c: hexOf(crc32c) }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  return { bytes, generation, modifiedAt, checksums, ...(token === undefined ? {} : { token }) };
}
