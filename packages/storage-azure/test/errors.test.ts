import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FaultyProxy } from '../../../tools/testbed/faulty-proxy/proxy.ts';
import { open } from './open.ts';

const HOUR = 3_600_000;
const SECRET = 'bm90LWZvci1sb2dz';
let server: FaultyProxy;

beforeAll(async () => {
  server = await FaultyProxy.start('http://127.0.0.1:9');
});
afterEach(() => {
  server.plan = () => undefined;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function storage(more: object = {}, now?: () => number) {
  const transfer = { patience: 0.1 };
  const login = { account: 'a', accountKey: SECRET };
  return open({ endpoint: `${server.url}/a`, container: 'c', ...login, transfer, ...more }, now);
}

function answers(status: number, code: string): void {
  const headers = { 'x-ms-error-code': code };
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Said by the service</Message></Error>`;
  server.plan = () => ({ kind: 'status', status, headers, body });
}

describe('errors of Azure Blob Storage', () => {
  it.each([
    [403, 'AuthorizationPermissionMismatch', 'STORAGE_DENIED', 'no role that allows it'],
    [403, 'AuthenticationFailed', 'STORAGE_DENIED', 'signature or token was not accepted'],
    [404, 'ContainerNotFound', 'STORAGE_BUCKET', 'ContainerNotFound'],
    [429, 'ServerBusy', 'STORAGE_UNAVAILABLE', 'ServerBusy'],
    [503, 'ServerBusy', 'STORAGE_UNAVAILABLE', 'ServerBusy'],
    [500, 'InternalError', 'STORAGE_UNAVAILABLE', 'InternalError'],
  ])('says %i %s as %s', async (status, said, code, words) => {
    answers(status, said);

    const listing = storage().list();

    await expect(listing).rejects.toMatchObject({ code });
    await expect(listing).rejects.toThrow(words);
    await expect(listing).rejects.toThrow(`${server.url}/a/c/`);
  });

  it.each([
    [400, 'Md5Mismatch', 'STORAGE_CORRUPT'],
    [400, 'InvalidResourceName', 'STORAGE_KEY'],
    [409, 'BlobAlreadyExists', 'STORAGE_EXISTS'],
    [412, 'ConditionNotMet', 'STORAGE_EXISTS'],
  ])('says %i %s of a write as %s', async (status, said, code) => {
    answers(status, said);

    const writing = storage().write('k', Buffer.from('x'), { ifAbsent: true });

    await expect(writing).rejects.toMatchObject({ code });
  });

  it.each([
    [-2 * HOUR, '; the clock of this machine is 120 minutes behind that of the service'],
    [HOUR, '; the clock of this machine is 60 minutes ahead of that of the service'],
  ])(
    'says that a clock which is wrong by %i ms may be why a login is refused',
    async (off, words) => {
      answers(403, 'AuthenticationFailed');

      const reading = storage({}, () => Date.now() + off).stat('k');

      await expect(reading).rejects.toMatchObject({ code: 'STORAGE_DENIED' });
      await expect(reading).rejects.toThrow(words);
    },
  );

  it('says nothing of a clock that is right', async () => {
    answers(403, 'AuthenticationFailed');

    await expect(storage().stat('k')).rejects.not.toThrow('clock');
  });

  it('names the role that is missing', async () => {
    answers(403, 'AuthorizationPermissionMismatch');

    await expect(storage().stat('k')).rejects.toThrow('Storage Blob Data Reader');
    await expect(storage().delete('k')).rejects.toThrow('Storage Blob Data Contributor');
  });

  it('shows nothing of a connection string that cannot be read', async () => {
    const broken = open({ container: 'c', connectionString: `AccountKey=${SECRET}` });

    const reading = broken.stat('k');

    await expect(reading).rejects.toThrow('the connection string cannot be read');
    await expect(reading).rejects.not.toThrow(SECRET);
  });

  it('refuses a name that the service would change', async () => {
    await expect(storage().write('a\\b', Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORAGE_KEY',
    });
  });

  it.each([
    ['a key', { accountKey: SECRET }],
    [
      'a signature',
      { accountKey: undefined, sasToken: `sv=2025-01-05&sp=rl&se=2030&sig=${SECRET}` },
    ],
    [
      'a connection string',
      { account: undefined, accountKey: undefined, connectionString: `AccountKey=${SECRET};x` },
    ],
  ])('shows nothing of %s', async (_what, login) => {
    answers(403, 'AuthenticationFailed');
    const store = storage(login);

    const errors = await Promise.all(
      [store.stat('k'), store.list(), store.write('k', Buffer.from('x'))].map((call) =>
        call.then(
          () => 'done',
          (error: unknown) => error,
        ),
      ),
    );
    server.plan = () => ({ kind: 'lost-reply' });
    errors.push(await store.stat('k').catch((error: unknown) => error));
    const findings = await store.diagnose?.();

    expect(errors).not.toContain('done');
    expect(inspect([errors, findings], { depth: 20 })).not.toContain(SECRET);
  });

  it('tells doctor who asks', async () => {
    const sasToken = `?sv=2025-01-05&sp=rl&se=2030-01-01&sig=${SECRET}`;
    answers(403, 'AuthorizationPermissionMismatch');

    const findings = await storage({ accountKey: undefined, sasToken }).diagnose?.();

    expect(findings?.[0]?.message).toBe(
      'speaks as a shared access signature (rl) until 2030-01-01 (`sasToken`)',
    );
    expect(findings?.[1]).toMatchObject({ state: 'bad', hint: expect.stringContaining('Reader') });
  });
});
