/**
 * The least that moves an object over HTTP: a request of `node:http` on a kept connection, and nothing that makes it safe: no
 * digest, no condition, no repetition, no file that appears whole.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import type { Bed, Service } from './bed.ts';
import type { Client } from './client.ts';

const encode = encodeURIComponent;

class RawClient implements Client {
  readonly #agent: Agent;
  readonly #bed: Bed;
  readonly #service: Service;

  constructor(service: Service, bed: Bed, sockets: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets, scheduling: 'lifo' });
    this.#bed = bed;
    this.#service = service;
  }

  async #send(
    method: string,
    url: string,
    headers: Record<string, string | number> = {},
    body?: Buffer,
  ): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const asked = request(
      url,
      {
        method,
        agent: this.#agent,
        headers: body === undefined ? headers : { ...headers, 'content-length': body.length },
      },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () => {
          const content = Buffer.concat(pieces);
          if ((answer.statusCode ?? 500) < 300) resolve(content);
          else reject(new Error(`${method} ${url}: ${answer.statusCode} ${content.toString()}`));
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
    return promise;
  }

  async put(path: string, name: string): Promise<void> {
    await this.putContent(await readFile(path), name);
  }

  /** Sends what is at hand. */
  async putContent(content: Buffer, name: string): Promise<void> {
    const { endpoint, container, sas } = this.#bed;
    if (this.#service === 'gcs')
      await this.#send(
        'POST',
        `${endpoint}/upload/storage/v1/b/${container}/o?uploadType=media&name=${encode(name)}`,
        { 'content-type': 'application/octet-stream' },
        content,
      );
    else
      await this.#send(
        'PUT',
        `${endpoint}/${container}/${name}?${sas}`,
        { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2025-01-05' },
        content,
      );
  }

  async get(name: string, path: string): Promise<void> {
    const { endpoint, container, sas } = this.#bed;
    const url =
      this.#service === 'gcs'
        ? `${endpoint}/storage/v1/b/${container}/o/${encode(name)}?alt=media`
        : `${endpoint}/${container}/${name}?${sas}`;
    await writeFile(path, await this.#send('GET', url));
  }

  putLarge(): Promise<void> {
    throw new Error('a raw client moves small objects');
  }

  getLarge(): Promise<void> {
    throw new Error('a raw client moves small objects');
  }

  async count(prefix: string): Promise<number> {
    return this.#service === 'gcs' ? this.#countItems(prefix) : this.#countBlobs(prefix);
  }

  async #countItems(prefix: string): Promise<number> {
    const { endpoint, container } = this.#bed;
    let [count, token] = [0, ''];
    for (;;) {
      const url = `${endpoint}/storage/v1/b/${container}/o?prefix=${encode(prefix)}&maxResults=1000&pageToken=${encode(token)}`;
      const { items, nextPageToken } = JSON.parse((await this.#send('GET', url)).toString()) as {
        items?: unknown[];
        nextPageToken?: string;
      };
      count += items?.length ?? 0;
      if (nextPageToken === undefined) return count;
      token = nextPageToken;
    }
  }

  async #countBlobs(prefix: string): Promise<number> {
    const { endpoint, container, sas } = this.#bed;
    let [count, marker] = [0, ''];
    for (;;) {
      const url = `${endpoint}/${container}?restype=container&comp=list&prefix=${encode(prefix)}&marker=${encode(marker)}&${sas}`;
      const text = (await this.#send('GET', url)).toString();
      count += text.match(/<Name>[^<]*<\/Name>/g)?.length ?? 0;
      marker = /<NextMarker>([^<]*)<\/NextMarker>/.exec(text)?.[1] ?? '';
      if (marker === '') return count;
    }
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }
}

/** A raw client with so many connections. */
export function rawClient(service: Service, bed: Bed, sockets: number): RawClient {
  return new RawClient(service, bed, sockets);
}
