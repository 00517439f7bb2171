import type { Client, ClientChannel } from 'ssh2';
import { CutOff } from './cut-off.ts';
import { type Channel, type ChannelEnd, ChannelRefused, type Link } from './link.ts';

/** SSH_OPEN_RESOURCE_SHORTAGE and "open failed": what OpenSSH answers beyond its MaxSessions. */
const REFUSED = new Set([2, 4]);

function channelOf(stream: ClientChannel): Channel {
  let end: ChannelEnd = {};
  const ended = new Promise<ChannelEnd>((resolve) => {
    stream.on('exit', (code: number | null, signal?: string) => {
      if (code !== null) end = { code };
      else if (signal !== undefined) end = { signal };
    });
    stream.on('close', () => resolve(end));
  });
  stream.on('error', () => undefined);
  return {
    stdin: stream,
    stdout: stream,
    stderr: stream.stderr,
    end: ended,
    destroy() {
      stream.resume();
      stream.stderr.resume();
      stream.close();
    },
  };
}

/** A link of the library `ssh2`. */
export class Ssh2Link implements Link {
  readonly via = 'ssh2';
  readonly host: string;
  readonly lost: Promise<string>;
  readonly #client: Client;
  readonly #before: Link['close'];
  #isLost = false;

  /** @param before closes what the connection goes through */
  constructor(host: string, client: Client, before: Link['close']) {
    this.host = host;
    this.#client = client;
    this.#before = before;
    let reason = 'the host ended it';
    client.on('error', (error) => {
      reason = error.message;
    });
    this.lost = new Promise((resolve) => {
      client.on('close', () => {
        this.#isLost = true;
        resolve(reason);
      });
    });
  }

  open(command: string): Promise<Channel> {
    const { promise, resolve, reject } = Promise.withResolvers<Channel>();
    if (this.#isLost) throw new CutOff('the link is gone', false);
    void this.lost.then((reason) => reject(new CutOff(reason, false)));
    try {
      this.#client.exec(command, (error, stream) => {
        if (error === undefined) resolve(channelOf(stream));
        else {
          const { reason } = error as Error & { readonly reason?: number };
          const isRefused = reason !== undefined && REFUSED.has(reason);
          reject(isRefused ? new ChannelRefused(error.message) : new CutOff(error.message, false));
        }
      });
    } catch (error) {
      reject(new CutOff(error instanceof Error ? error.message : String(error), false));
    }
    return promise;
  }

  async close(): Promise<void> {
    if (!this.#isLost) {
      this.#client.end();
      // The host may be silent: what is left is given back without it.
      this.#client.destroy();
      await this.lost;
    }
    await this.#before();
  }
}
