import { setTimeout as pause } from 'node:timers/promises';
import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { fetch, type Response } from 'undici';
import { k8sError } from './errors.ts';

/** How a call to the API server is made. */
export interface ApiCall {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** An answer of the API server other than success. */
export class ApiRefusal extends Error {
  readonly status: number;
  /** In one word of Kubernetes: `AlreadyExists`, `Forbidden`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Longest time a call may take that is answered as a whole. */
const CALL_MS = 30_000;
const MESSAGE_CHARACTERS = 1_000;
/** Status of an answer that asks for patience, and how long a call is patient. */
const TOO_MANY = 429;
const MOST_AGAIN = 5;
const LONGEST_WAIT_SECONDS = 5;

/** Speaks JSON with an API server, with the identity of a kubeconfig. */
export class ApiClient {
  readonly #config: KubeConfig;
  readonly #server: string;

  constructor(config: KubeConfig) {
    this.#config = config;
    this.#server = config.getCurrentCluster()?.server.replace(/\/+$/, '') ?? '';
  }

  /** Address of the server, for people. */
  get server(): string {
    return this.#server;
  }

  /**
   * Makes a call and answers its object.
   * @throws ApiRefusal for what the server answers instead; K8S_UNREACHABLE when it does not, and whether the call took
   *   effect is unknown then
   */
  async call<T>(method: string, path: string, call: ApiCall = {}): Promise<T> {
    const { signal } = call;
    const response = await this.#send(method, path, call, AbortSignal.timeout(CALL_MS));
    try {
      return (await response.json()) as T;
    } catch (error) {
      signal?.throwIfAborted();
      throw unreachable(this.#server, error);
    }
  }

  /** Makes a call whose answer comes in pieces, for as long as it lasts. @throws as {@link call} does */
  async *stream(path: string, call: ApiCall = {}): AsyncGenerator<Uint8Array> {
    const { body } = await this.#send('GET', path, call);
    if (body === null) return;
    try {
      for await (const piece of body) yield piece as Uint8Array;
    } catch (error) {
      call.signal?.throwIfAborted();
      throw unreachable(this.#server, error);
    }
  }

  /** @throws K8S_LOGIN when the program or the token that says who is asking does not work, K8S_CONFIG */
  async #identify(url: URL): Promise<RequestContext> {
    const context = new RequestContext(url.toString(), HttpMethod.GET);
    try {
      await this.#config.applySecurityAuthentication(context);
      return context;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const code = /protocol/i.test(why) ? 'K8S_CONFIG' : 'K8S_LOGIN';
      throw k8sError(
        code,
        `The identity of the kubeconfig cannot be used with ${this.#server}: ${why}`,
        {
          details: { server: this.#server, clean: true },
          cause: error,
        },
      );
    }
  }

  /** `limit`: ends the call as one that was not answered. */
  async #send(method: string, path: string, call: ApiCall, limit?: AbortSignal): Promise<Response> {
    for (let again = 0; ; again += 1) {
      const response = await this.#once(method, path, call, limit);
      if (response.ok) return response;
      // Nothing was done: it may be asked again, when the server says so.
      if (response.status !== TOO_MANY || again === MOST_AGAIN) throw await refusalOf(response);
      await response.body?.cancel();
      const seconds = Number(response.headers.get('retry-after') ?? 1) || 1;
      const milliseconds = Math.min(seconds, LONGEST_WAIT_SECONDS) * 1000;
      await pause(
        milliseconds,
        undefined,
        call.signal === undefined ? {} : { signal: call.signal },
      );
    }
  }

  async #once(method: string, path: string, call: ApiCall, limit?: AbortSignal): Promise<Response> {
    const url = new URL(this.#server + path);
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const { signal, body, contentType = 'application/json' } = call;
    const signals = [signal, limit].filter((one) => one !== undefined);
    const context = await this.#identify(url);
    try {
      const dispatcher = context.getDispatcher();
      return await fetch(url, {
        method,
        headers: {
          ...context.getHeaders(),
          accept: 'application/json',
          'content-type': contentType,
        },
        signal: AbortSignal.any(signals),
        ...(dispatcher === undefined ? {} : { dispatcher }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      // A caller who has given up hears of that, and not of what it broke.
      signal?.throwIfAborted();
      throw unreachable(this.#server, error);
    }
  }
}

async function refusalOf(response: Response): Promise<ApiRefusal> {
  const text = await response.text().catch(() => '');
  let status: { readonly reason?: string; readonly message?: string } = {};
  try {
    status = JSON.parse(text) as typeof status;
  } catch {
    status = { message: text };
  }
  const message = (status.message ?? '').trim().slice(0, MESSAGE_CHARACTERS);
  return new ApiRefusal(
    response.status,
    status.reason ?? '',
    message || `status ${response.status}`,
  );
}

function unreachable(server: string, error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message : String(cause);
  return k8sError('K8S_UNREACHABLE', `The API server ${server} does not answer: ${why}`, {
    details: { server },
    cause: error,
  });
}

/** What people are told of an answer that nobody expected, as an error of ours. */
export function translate(error: unknown, what: string): unknown {
  if (!(error instanceof ApiRefusal)) return error;
  const { status, reason, message } = error;
  const details = { status, reason, ...(isNotTaken(status) ? { clean: true } : {}) };
  const code = codeFor(status);
  return k8sError(code, `${what}: ${message}`, { details, cause: error });
}

function codeFor(status: number): Parameters<typeof k8sError>[0] {
  if (status === 401) return 'K8S_LOGIN';
  if (status === 403) return 'K8S_FORBIDDEN';
  return status === 429 || status >= 500 ? 'K8S_BUSY' : 'K8S_REFUSED';
}

/** Whether an answer says that nothing was done. A fault of the server leaves that open. */
export function isNotTaken(status: number): boolean {
  return status < 500;
}
