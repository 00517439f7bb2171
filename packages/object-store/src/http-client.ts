import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BodyPieces } from './body-pieces.ts';
import { PortError } from './port-error.ts';

/** One request. */
export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as it is, with its length. */
  readonly body?: readonly Uint8Array[];
  readonly signal?: AbortSignal | undefined;
}

/** The answer to a request, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read to its end, or thrown away with {@link HttpAnswer.drop}. */
  readonly body: AsyncIterable<Uint8Array>;
  drop(): void;
}

/** Longest answer that is read as a whole: a page of a listing with long names and metadata. */
const LONGEST_ANSWER = 64 * 1024 * 1024;
const SOCKETS = 256;
const SMALL_BYTES = 128 * 1024;

/** A client of one service that keeps its connections. Trouble on the way is a {@link PortError} `broken`. */
export class HttpClient implements Disposable {
  readonly #agent: HttpAgent;
  readonly #request: typeof httpRequest;

  constructor(endpoint: URL) {
    const isLoopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(endpoint.hostname);
    const options = {
      keepAlive: true,
      maxSockets: SOCKETS,
      scheduling: 'lifo',
      // What every other program on a cluster goes by; nothing on this machine is behind a proxy.
      ...(isLoopback ? {} : { proxyEnv: process.env }),
    } as const;
    const isSecure = endpoint.protocol === 'https:';
    this.#agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
    this.#request = isSecure ? httpsRequest : httpRequest;
  }

  /** @throws PortError `broken`, or the reason of the signal */
  send({ method, url, headers = {}, body = [], signal }: HttpCall): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const length = body.reduce((sum, piece) => sum + piece.length, 0);
    const hasBody = body.length > 0 || method === 'PUT' || method === 'POST';
    const request = this.#request(url, {
      method,
      agent: this.#agent,
      headers: hasBody ? { ...headers, 'content-length': length } : headers,
    });
    const abort = () =>
      request.destroy(signal?.reason instanceof Error ? signal.reason : undefined);
    signal?.addEventListener('abort', abort, { once: true });
    request.on('close', () => signal?.removeEventListener('abort', abort));
    request.on('error', (error) => reject(trouble(error, signal)));
    request.on('response', (answer) => {
      const body = new BodyPieces(answer, (error) => trouble(error, signal));
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body,
        drop: () => body.drop(),
      });
    });
    // One write to the socket costs more than a small copy.
    if (length > 0 && length <= SMALL_BYTES) request.end(Buffer.concat(body));
    else {
      for (const piece of body) request.write(piece);
      request.end();
    }
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** The whole body of an answer. @throws PortError `broken` */
export async function wholeBody({ body }: HttpAnswer): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > LONGEST_ANSWER) throw new PortError('broken', 'the answer is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

function trouble(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof PortError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const said = error instanceof Error ? error.message : String(error);
  // The name of the host is not known, now or at all; the latter is found out by patience.
  return new PortError('broken', `the connection broke: ${said}`, { code, cause: error });
}

/** Seconds of a `Retry-After`, which is a number or a date. */
export function retryAfterSeconds(headers: IncomingHttpHeaders, now: number): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), 60) : undefined;
}

/** How many seconds this machine's clock is ahead of the one that an answer was dated by. */
export function clockSkewSeconds(headers: IncomingHttpHeaders, now: number): number | undefined {
  const seconds = (now - Date.parse(headers.date ?? '')) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** What a status means, where a service says nothing more. */
export function errorOfStatus(
  status: number,
  message: string,
  more: { readonly code?: string | undefined; readonly retryAfterSeconds?: number | undefined },
): PortError {
  const kind = KINDS[status] ?? (status >= 500 ? 'broken' : 'refused');
  return new PortError(kind, message, more);
}

const KINDS: Readonly<Record<number, PortError['kind']>> = {
  401: 'denied',
  403: 'denied',
  404: 'missing',
  408: 'broken',
  409: 'condition',
  412: 'condition',
  416: 'range',
  429: 'busy',
  503: 'busy',
  507: 'full',
};
