import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultyProxy, type Trouble } from './proxy.ts';

const CONTENT = 'abcdefghij'.repeat(1000);
let server: Server;
let proxy: FaultyProxy;
let received: string[] = [];

beforeEach(async () => {
  received = [];
  server = createServer((request, answer) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      received.push(Buffer.concat(pieces).toString());
      answer.writeHead(200, { 'content-length': CONTENT.length });
      answer.end(CONTENT);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultyProxy.start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

/** What a client sees of one request: the body, or that it broke. */
async function seen(trouble?: Trouble): Promise<string> {
  proxy.plan = () => trouble;
  try {
    const answer = await fetch(`${proxy.url}/x`, {
      method: 'PUT',
      body: CONTENT,
      signal: AbortSignal.timeout(500),
    });
    return `${answer.status} ${await answer.text()}`;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'silence' : 'broken';
  }
}

describe('the faulty proxy', () => {
  it('passes on what is not to fail', async () => {
    expect(await seen()).toBe(`200 ${CONTENT}`);
    expect(received).toEqual([CONTENT]);
  });

  it('answers by itself', async () => {
    expect(await seen({ kind: 'status', status: 503, body: 'later' })).toBe('503 later');
    expect(received).toEqual([]);
  });

  it.each([0, 1, 5000, 9999, 20_000])('breaks a request after %i bytes', async (after) => {
    expect(await seen({ kind: 'reset-request', after })).toBe('broken');
  });

  it('loses the answer to what was done', async () => {
    expect(await seen({ kind: 'lost-reply' })).toBe('broken');
    expect(received).toEqual([CONTENT]);
  });

  it('breaks, cuts, stalls and damages answers', async () => {
    expect(await seen({ kind: 'reset-response', after: 10 })).toBe('broken');
    expect(await seen({ kind: 'cut-response', after: 10 })).toBe('200 abcdefghij');
    expect(await seen({ kind: 'stall-response', after: 10 })).toBe('silence');
    expect(await seen({ kind: 'flip-response', at: 1 })).toBe(`200 ac${CONTENT.slice(2)}`);
    expect(await seen({ kind: 'slow-response', bytes: 5000 })).toBe(`200 ${CONTENT}`);
    expect(proxy.done.get('cut-response')).toBe(1);
  });
});
