import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Channel, type Link, LinkGone } from '@orchestrate/ssh';
import WebSocket from 'ws';
import { k8sError } from '../errors.ts';
import { MAIN } from '../objects.ts';
import { ExecChannel } from './exec-channel.ts';

/** The only version in which the end of an input can be told (Kubernetes 1.30). */
const PROTOCOL = 'v5.channel.k8s.io';
const HANDSHAKE_MS = 30_000;
const MESSAGE_CHARACTERS = 1_000;

/** A pod whose container runs commands. */
export interface PodPlace {
  readonly kube: KubeConfig;
  readonly namespace: string;
  readonly pod: string;
}

/** Words and options of a command in a pod. */
export interface ExecRequest {
  readonly command: readonly string[];
  readonly tty?: boolean;
}

/**
 * Starts a command in the main container of a pod.
 * @throws K8S_FORBIDDEN, K8S_REFUSED as the API server answers; LinkGone when it does not, or the pod is gone
 */
export async function execIn(
  { kube, namespace, pod }: PodPlace,
  { command, tty = false }: ExecRequest,
): Promise<WebSocket> {
  const server = (kube.getCurrentCluster()?.server ?? '').replace(/\/+$/, '');
  const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(pod)}/exec`;
  const url = new URL(server.replace(/^http/, 'ws') + path);
  const streams = {
    stdin: 'true',
    stdout: 'true',
    ...(tty ? { tty: 'true' } : { stderr: 'true' }),
  };
  for (const [name, value] of Object.entries({ container: MAIN, ...streams }))
    url.searchParams.set(name, value);
  for (const word of command) url.searchParams.append('command', word);
  const options: RequestOptions = {};
  await kube.applyToHTTPSOptions(options);
  const socket = new WebSocket(url, PROTOCOL, {
    ...identityOf(options),
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      // What is said before anybody listens would be lost.
      socket.pause();
      resolve(socket);
    });
    socket.once('error', (error) => reject(new LinkGone(error.message)));
    socket.once('unexpected-response', (_request, answer) => {
      refusal(answer, `starting a command in pod ${pod} in namespace ${namespace}`).then(
        reject,
        reject,
      );
    });
  });
}

/** What says who asks and who is trusted. The agent holds certificates and proxies. */
function identityOf({ agent, auth, headers }: RequestOptions): WebSocket.ClientOptions {
  return {
    ...(typeof agent === 'object' ? { agent } : {}),
    ...(typeof auth === 'string' ? { auth } : {}),
    ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
  };
}

/** What an answer other than a connection means. */
async function refusal(answer: IncomingMessage, what: string): Promise<Error> {
  let text = '';
  for await (const piece of answer) text += String(piece);
  let said = text;
  try {
    said = (JSON.parse(text) as { readonly message?: string }).message ?? text;
  } catch {
    // It is a text of some proxy.
  }
  const { statusCode = 0 } = answer;
  const message = said.trim().slice(0, MESSAGE_CHARACTERS) || `status ${statusCode}`;
  if (statusCode === 404 || statusCode >= 500) return new LinkGone(message);
  const code = statusCode === 403 ? 'K8S_FORBIDDEN' : 'K8S_REFUSED';
  return k8sError(code, `${what}: ${message}`, { details: { status: statusCode, clean: true } });
}

/** Commands in one pod. */
export class PodLink implements Link {
  readonly via = 'other';
  readonly host: string;
  readonly lost: Promise<string>;
  readonly #place: PodPlace;
  readonly #open = new Set<Channel>();
  #end: (reason: string) => void = () => undefined;

  constructor(place: PodPlace) {
    this.#place = place;
    this.host = place.pod;
    this.lost = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async open(command: string): Promise<Channel> {
    let socket: WebSocket;
    try {
      socket = await execIn(this.#place, { command: ['/bin/sh', '-c', command] });
    } catch (error) {
      if (error instanceof LinkGone) this.#end(error.message);
      throw error;
    }
    const channel = new ExecChannel(socket);
    socket.resume();
    this.#open.add(channel);
    void channel.end.then(() => this.#open.delete(channel));
    return channel;
  }

  async close(): Promise<void> {
    this.#end('it was closed');
    const ends = [...this.#open].map((channel) => channel.end);
    for (const channel of this.#open) channel.destroy();
    await Promise.all(ends);
  }
}
