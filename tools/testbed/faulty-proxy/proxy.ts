import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that passes. */
export interface PassingRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** 1 for the first request of all. */
  readonly count: number;
}

/**
 * What goes wrong with one request.
 * - `reset-request`: the connection breaks once so many bytes of its body have passed.
 * - `status`: it is answered by us and never reaches the server.
 * - `lost-reply`: the server does what it is asked and answers, but the connection breaks before that arrives.
 * - `reset-response`: the connection breaks after so many bytes of the answer's body.
 * - `cut-response`: the answer is complete and good in form, but has only so many bytes.
 * - `stall-response`: after so many bytes nothing follows, while the connection stays.
 * - `flip-response`: one bit of the byte at this place differs.
 * - `slow-response`: the answer comes in drops of so many bytes, ten in a second.
 */
export type Trouble =
  | { readonly kind: 'reset-request'; readonly after: number }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: OutgoingHttpHeaders;
      readonly body?: string;
    }
  | { readonly kind: 'lost-reply' }
  | { readonly kind: 'reset-response'; readonly after: number }
  | { readonly kind: 'cut-response'; readonly after: number }
  | { readonly kind: 'stall-response'; readonly after: number }
  | { readonly kind: 'flip-response'; readonly at: number }
  | { readonly kind: 'slow-response'; readonly bytes: number };

/** Decides over each request; `undefined` lets it pass. */
export type Plan = (request: PassingRequest) => Trouble | undefined;

const DROPS_APART_MS = 100;

/** An HTTP proxy before one server that does to requests what networks do. */
export class FaultyProxy implements AsyncDisposable {
  readonly url: string;
  plan: Plan = () => undefined;
  /** What was done so far, by kind. */
  readonly done = new Map<Trouble['kind'], number>();
  readonly #target: URL;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new Set<Socket>();
  #count = 0;

  private constructor(target: URL, server: Server) {
    this.#target = target;
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (incoming, answer) => this.#pass(incoming, answer));
  }

  /** Starts a proxy on a free port of this machine. */
  static async start(target: string): Promise<FaultyProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyProxy(new URL(target), server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    this.#count += 1;
    const { method = 'GET', url = '/' } = incoming;
    const trouble = this.plan({ method, url, count: this.#count });
    if (trouble !== undefined) this.done.set(trouble.kind, (this.done.get(trouble.kind) ?? 0) + 1);
    if (trouble?.kind === 'status') {
      incoming.resume();
      incoming.on('end', () => {
        answer.writeHead(trouble.status, trouble.headers);
        answer.end(trouble.body ?? '');
      });
      return;
    }
    const outgoing = httpRequest({
      host: this.#target.hostname,
      port: this.#target.port,
      method,
      path: url,
      headers: incoming.headers,
      setHost: false,
      agent: this.#agent,
    });
    const abandon = () => {
      incoming.socket.destroy();
      outgoing.destroy();
    };
    outgoing.on('error', abandon);
    answer.on('close', () => {
      if (!answer.writableFinished) outgoing.destroy();
    });
    outgoing.on('response', (upstream) => {
      upstream.on('error', abandon);
      this.#answer(upstream, answer, trouble);
    });
    this.#send(incoming, outgoing, trouble, abandon);
  }

  #send(
    incoming: IncomingMessage,
    outgoing: ReturnType<typeof httpRequest>,
    trouble: Trouble | undefined,
    abandon: () => void,
  ): void {
    if (trouble?.kind !== 'reset-request') {
      incoming.pipe(outgoing);
      return;
    }
    let passed = 0;
    incoming.on('data', (piece: Buffer) => {
      const part = piece.subarray(0, Math.max(0, trouble.after - passed));
      passed += piece.length;
      if (passed <= trouble.after) outgoing.write(part);
      else outgoing.write(part, abandon);
    });
    // A body that is shorter than that breaks at its end.
    incoming.on('end', abandon);
  }

  #answer(upstream: IncomingMessage, answer: ServerResponse, trouble: Trouble | undefined): void {
    if (trouble?.kind === 'lost-reply') {
      upstream.resume();
      upstream.on('end', () => answer.socket?.destroy());
      return;
    }
    const headers = this.#ownHeaders(upstream.headers);
    if (trouble?.kind === 'cut-response') {
      const length = Number(headers['content-length']);
      if (length > trouble.after) headers['content-length'] = String(trouble.after);
    }
    answer.writeHead(upstream.statusCode ?? 500, headers);
    if (trouble === undefined || trouble.kind === 'reset-request') {
      upstream.pipe(answer);
      return;
    }
    void damaged(upstream, answer, trouble).catch(() => answer.socket?.destroy());
  }

  /** The server may name itself in answers; its clients are to come back to us. */
  #ownHeaders(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
    const own: OutgoingHttpHeaders = { ...headers };
    const { location } = headers;
    if (location !== undefined && URL.canParse(location)) {
      const { pathname, search } = new URL(location);
      own['location'] = this.url + pathname + search;
    }
    return own;
  }
}

async function damaged(
  upstream: IncomingMessage,
  answer: ServerResponse,
  trouble: Trouble,
): Promise<void> {
  let passed = 0;
  for await (const chunk of upstream) {
    const piece = chunk as Buffer;
    const end = passed + piece.length;
    if ('after' in trouble && end > trouble.after) {
      answer.write(piece.subarray(0, trouble.after - passed));
      upstream.destroy();
      if (trouble.kind === 'reset-response') answer.socket?.destroySoon();
      if (trouble.kind === 'cut-response') answer.end();
      return;
    }
    if (trouble.kind === 'flip-response' && passed <= trouble.at && trouble.at < end) {
      const at = trouble.at - passed;
      piece[at] = (piece[at] ?? 0) ^ 1;
    }
    if (trouble.kind === 'slow-response') await inDrops(piece, answer, trouble.bytes);
    else if (!answer.write(piece)) await once(answer, 'drain');
    passed = end;
  }
  answer.end();
}

async function inDrops(piece: Buffer, answer: ServerResponse, bytes: number): Promise<void> {
  for (let at = 0; at < piece.length; at += bytes) {
    answer.write(piece.subarray(at, at + bytes));
    await new Promise((resolve) => setTimeout(resolve, DROPS_APART_MS));
  }
}
