import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FaultyProxy } from '../../../tools/testbed/faulty-proxy/proxy.ts';
import { open } from './open.ts';

const SECRET = 'bm90LWZvci1sb2dz';
let server: FaultyProxy;
let home = '';

beforeAll(async () => {
  server = await FaultyProxy.start('http://127.0.0.1:9');
  home = mkdtempSync(join(tmpdir(), 'storage-gcs-'));
});
afterEach(() => {
  server.plan = () => undefined;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

function storage(more: object = {}) {
  const transfer = { patience: 0.1 };
  return open({ endpoint: server.url, bucket: 'b', anonymous: true, transfer, ...more });
}

function answers(status: number, error: object): void {
  server.plan = () => ({ kind: 'status', status, body: JSON.stringify({ error }) });
}

describe('errors of Google Cloud Storage', () => {
  it.each([
    [403, 'Caller does not have storage.objects.list access.', 'STORAGE_DENIED'],
    [401, 'Invalid Credentials', 'STORAGE_DENIED'],
    [404, 'The specified bucket does not exist.', 'STORAGE_BUCKET'],
    [400, 'Bucket is a requester pays bucket but no user project provided.', 'STORAGE_UNAVAILABLE'],
    [429, 'The rate of change requests exceeds the limit.', 'STORAGE_UNAVAILABLE'],
    [500, 'Backend Error', 'STORAGE_UNAVAILABLE'],
    [503, 'Backend Error', 'STORAGE_UNAVAILABLE'],
  ])('says %i %s as %s', async (status, message, code) => {
    answers(status, { code: status, message });

    const listing = storage().list();

    await expect(listing).rejects.toMatchObject({ code });
    await expect(listing).rejects.toThrow(message.replace(/\.$/, ''));
    await expect(listing).rejects.toThrow('gs://b/');
  });

  it.each([
    [400, 'Provided MD5 hash "x" doesn\'t match calculated MD5 hash "y".', 'STORAGE_CORRUPT'],
    [400, 'The provided object name is not valid.', 'STORAGE_KEY'],
    [412, 'At least one of the pre-conditions you specified did not hold.', 'STORAGE_EXISTS'],
  ])('says %i %s of a write as %s', async (status, message, code) => {
    answers(status, { code: status, message });

    const writing = storage().write('k', Buffer.from('x'), { ifAbsent: true });

    await expect(writing).rejects.toMatchObject({ code });
  });

  it('names the permission that is missing', async () => {
    answers(403, { code: 403, message: 'no' });

    await expect(storage().stat('k')).rejects.toThrow('storage.objects.get');
    await expect(storage().delete('k')).rejects.toThrow('storage.objects.delete');
  });

  it('repeats an answer that is no JSON, and gives up', async () => {
    server.plan = () => ({ kind: 'status', status: 200, body: '{"items": [' });

    await expect(storage().list()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(server.done.get('status')).toBeGreaterThan(0);
  });

  it('says what to do without credentials, and shows nothing of a file that is no key', async () => {
    const keyFile = join(home, 'key.json');
    writeFileSync(keyFile, JSON.stringify({ type: 'external_account', private_key: SECRET }));
    const files = [keyFile, join(home, 'none.json')];

    const errors = await Promise.all(
      files.map((file) =>
        storage({ anonymous: false, keyFile: file })
          .stat('k')
          .catch((error: unknown) => error),
      ),
    );

    for (const [n, error] of errors.entries()) {
      expect(error).toMatchObject({ code: 'STORAGE_CREDENTIALS' });
      expect(String(error)).toContain(files[n]);
      expect(inspect(error, { depth: 20 })).not.toContain(SECRET);
    }
  });

  it('tells doctor who asks and what is allowed, operation by operation', async () => {
    server.plan = ({ method }) =>
      method === 'GET'
        ? { kind: 'status', status: 200, body: '{}' }
        : { kind: 'status', status: 403, body: '{"error":{"message":"no"}}' };

    const findings = await storage().diagnose?.();

    expect(findings?.map(({ state, message }) => `${state}: ${message}`)).toEqual([
      'good: speaks as anonymous (`anonymous` of the storage)',
      'good: can list',
      expect.stringContaining('warning: cannot write'),
      'good: can read',
    ]);
  });
});
