import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BodyPieces } from '../src/body-pieces.ts';
import { HttpClient, wholeBody } from '../src/http-client.ts';

const MEBIBYTE = 1024 * 1024;

describe('the client of a service', () => {
  let server: Server;
  let client: HttpClient;
  let url: URL;
  let respond: (response: ServerResponse) => void;

  beforeEach(async () => {
    server = createServer((_request, response) => respond(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    client = new HttpClient(url);
  });

  afterEach(() => {
    client[Symbol.dispose]();
    server.closeAllConnections();
    server.close();
  });

  it.each([0, 1, 100_000, 3 * MEBIBYTE])('reads a body of %i bytes', async (bytes) => {
    const content = Buffer.alloc(bytes, 'abc');
    respond = (response) => response.end(content);

    const body = await wholeBody(await client.send({ method: 'GET', url }));

    expect(body.equals(content)).toBe(true);
  });

  it('has no body where there is none', async () => {
    respond = (response) => response.writeHead(200, { 'content-length': 7 }).end();

    const body = await wholeBody(await client.send({ method: 'HEAD', url }));

    expect(body).toHaveLength(0);
  });

  it('says that a body was cut, after what came of it', async () => {
    respond = (response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('12345', () => response.destroy());
    };
    const { body } = await client.send({ method: 'GET', url });
    const pieces: Uint8Array[] = [];

    const reading = (async () => {
      for await (const piece of body) pieces.push(piece);
    })();

    await expect(reading).rejects.toMatchObject({ kind: 'broken' });
    expect(Buffer.concat(pieces).toString()).toBe('12345');
  });

  it('ends with the reason of its signal', async () => {
    respond = (response) => response.writeHead(200, { 'content-length': 10 }).write('1');
    const abort = new AbortController();
    const answer = await client.send({ method: 'GET', url, signal: abort.signal });

    const reading = wholeBody(answer);
    abort.abort(new Error('no longer wanted'));

    await expect(reading).rejects.toThrow('no longer wanted');
  });

  it('breaks off when its reader stops', async () => {
    const closed = Promise.withResolvers<void>();
    respond = (response) => {
      response.on('close', () => closed.resolve());
      response.writeHead(200, { 'content-length': 1000 }).write('1');
    };
    const { body } = await client.send({ method: 'GET', url });

    for await (const _ of body) break;

    await closed.promise;
  });
});

describe('the pieces of a body', () => {
  const PIECE = Buffer.alloc(64 * 1024);
  const PIECES = 32;

  it('hold back what comes faster than it is read, and all arrive', async () => {
    const stream = new PassThrough();
    const pieces = new BodyPieces(stream, (error) => error);
    for (let count = 0; count < PIECES; count += 1) stream.write(PIECE);
    stream.end();

    await setImmediate();
    const wasHeld = stream.isPaused();
    let bytes = 0;
    for await (const piece of pieces) bytes += piece.length;

    expect(wasHeld).toBe(true);
    expect(bytes).toBe(PIECES * PIECE.length);
  });

  it('go by unread once they are dropped', async () => {
    const stream = new PassThrough();
    const pieces = new BodyPieces(stream, (error) => error);
    for (let count = 0; count < PIECES; count += 1) stream.write(PIECE);
    stream.end();

    pieces.drop();
    await once(stream, 'end');

    expect((await pieces.next()).done).toBe(true);
  });
});
