import {
  clockSkewSeconds,
  type HttpAnswer,
  HttpClient,
  type PortError,
  retryAfterSeconds,
  wholeBody,
} from '@orchestrate/object-store';
import type { AzureLogin } from './azure-login.ts';
import { RequestSigner } from './request-signer.ts';
import { refusal } from './service-error.ts';

/** Of the service's interface; this one encodes names in listings that XML cannot hold. */
const VERSION = '2023-11-03';

/** A request without content. */
interface BlobRequest {
  readonly method: 'GET' | 'HEAD';
  /** The container itself without one. */
  readonly name?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

interface Opened {
  readonly http: HttpClient;
  readonly container: URL;
  /** What is part of every address; empty where there is none. */
  readonly signature: string;
  readonly signer: RequestSigner;
}

/**
 * The requests that are made most, for blobs and pages of listings, without the vendor's library: its way of making a request
 * and of reading an answer takes longer than the service needs for a small one, and it takes a while to be loaded.
 */
export class BlobRequests implements Disposable {
  readonly #login: AzureLogin;
  readonly #now: () => number;
  #opened: Promise<Opened> | undefined;

  constructor(login: AzureLogin, now: () => number) {
    this.#login = login;
    this.#now = now;
  }

  /** @throws PortError for every status that is no success */
  async send(request: BlobRequest): Promise<HttpAnswer> {
    this.#opened ??= this.#open();
    const opened = await this.#opened;
    let answer = await this.#once(opened, request);
    if (answer.status === 401 && opened.signer.renews(answer.headers['www-authenticate'])) {
      answer.drop();
      answer = await this.#once(opened, request);
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw await failure(answer, this.#now());
  }

  [Symbol.dispose](): void {
    this.#opened?.then(({ http }) => http[Symbol.dispose]()).catch(() => undefined);
  }

  async #once(
    { http, container, signature, signer }: Opened,
    request: BlobRequest,
  ): Promise<HttpAnswer> {
    const { method, name, query = {}, headers = {}, signal } = request;
    const path = name === undefined ? '' : `/${name.split('/').map(encodeURIComponent).join('/')}`;
    const asked = Object.entries(query)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([field, value]) => `${field}=${encodeURIComponent(value)}`);
    if (signature !== '') asked.push(signature);
    const search = asked.length === 0 ? '' : `?${asked.join('&')}`;
    const url = new URL(`${container.origin}${container.pathname}${path}${search}`);
    const own = { 'x-ms-version': VERSION, ...headers };
    const signed = await signer.headers(method, url, own);
    return http.send({ method, url, headers: { ...signed }, signal });
  }

  async #open(): Promise<Opened> {
    const access = await this.#login.access();
    const container = new URL(this.#login.url);
    const signer = new RequestSigner(access, this.#now);
    return { http: new HttpClient(container), container, signature: access.signature, signer };
  }
}

async function failure(answer: HttpAnswer, now: number): Promise<PortError> {
  const text = (await wholeBody(answer).catch(() => Buffer.alloc(0))).toString();
  const { status, headers } = answer;
  const given = headers['x-ms-error-code'];
  const code = typeof given === 'string' ? given : /<Code>([^<]*)<\/Code>/.exec(text)?.[1];
  const said = /<Message>([^<\n]*)/.exec(text)?.[1] ?? '';
  return refusal({
    status,
    code,
    said,
    retryAfterSeconds: retryAfterSeconds(headers, now),
    skewSeconds: clockSkewSeconds(headers, now),
  });
}
