import { StorageSharedKeyCredential } from '@azure/storage-blob';
import { beforeEach, describe, expect, it } from 'vitest';
import { AccountKey, textToSign } from '../src/account-key.ts';
import { RequestSigner } from '../src/request-signer.ts';

const URL_OF_BLOB = new URL('https://myaccount.blob.core.windows.net/mycontainer/a%20b');
const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const MINUTE = 60_000;

describe('the text that a key signs', () => {
  // The example "Get Container Metadata" of "Authorize with Shared Key" of the documentation, with its parameters and headers.
  it('is that of the documentation', () => {
    const url = new URL(
      'https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=metadata&timeout=20',
    );
    const headers = {
      'x-ms-version': '2015-02-21',
      'x-ms-date': 'Fri, 26 Jun 2015 23:39:12 GMT',
    };

    expect(textToSign('GET', url, headers, 'myaccount')).toBe(
      'GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20',
    );
  });

  it('has conditions in their place, the path as it is sent, and values as they are meant', () => {
    const url = new URL(`${URL_OF_BLOB.href}?prefix=a%2Fb%20c`);

    expect(textToSign('GET', url, { 'if-match': '"e"', 'x-ms-range': 'bytes=0-1' }, 'acc')).toBe(
      'GET\n\n\n\n\n\n\n\n"e"\n\n\n\nx-ms-range:bytes=0-1\n/acc/mycontainer/a%20b\nprefix:a/b c',
    );
  });
});

describe('a signer of requests', () => {
  let now: number;
  let asked: (string | undefined)[];

  beforeEach(() => {
    now = START;
    asked = [];
  });

  const tokens = {
    getToken: async (_scope: unknown, options?: { readonly tenantId?: string }) => {
      asked.push(options?.tenantId);
      return { token: `t${asked.length}`, expiresOnTimestamp: now + 60 * MINUTE };
    },
  };

  async function authorization(signer: RequestSigner): Promise<string | undefined> {
    return (await signer.headers('GET', URL_OF_BLOB, {}))['authorization'];
  }

  it('signs with a key as the library of the service does, by the time of its clock', async () => {
    const base64 = Buffer.from('key').toString('base64');
    const access = { key: new AccountKey('acc', base64), signature: '' };

    const headers = await new RequestSigner(access, () => now).headers('GET', URL_OF_BLOB, {});

    const signed = { 'x-ms-date': 'Fri, 02 Jan 2026 03:04:05 GMT' };
    const theirs = new StorageSharedKeyCredential('acc', base64).computeHMACSHA256(
      textToSign('GET', URL_OF_BLOB, signed, 'acc'),
    );
    expect(headers).toEqual({ ...signed, authorization: `SharedKey acc:${theirs}` });
  });

  it('asks once for a token that many requests use, and again before it ends', async () => {
    const signer = new RequestSigner({ tokens, signature: '' }, () => now);

    const first = await Promise.all([authorization(signer), authorization(signer)]);
    now += 54 * MINUTE;
    const later = await authorization(signer);
    now += 2 * MINUTE;
    const last = await authorization(signer);

    expect([...first, later, last]).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t1', 'Bearer t2']);
  });

  it('asks anew after a refusal, of the tenant that the account names', async () => {
    const signer = new RequestSigner({ tokens, signature: '' }, () => now);
    const challenge =
      'Bearer authorization_uri=https://login.microsoftonline.com/1b2c/oauth2/authorize resource_id=https://storage.azure.com';
    await authorization(signer);

    const isWorthIt = [signer.renews(challenge), signer.renews(undefined)];

    expect(isWorthIt).toEqual([true, true]);
    expect(await authorization(signer)).toBe('Bearer t2');
    expect(asked).toEqual([undefined, '1b2c']);
  });

  it('has nothing to renew without tokens', () => {
    expect(new RequestSigner({ signature: '' }, () => now).renews(undefined)).toBe(false);
  });

  it('says that nobody is logged in when no token is given', async () => {
    const none = { getToken: async () => null };

    const signing = authorization(new RequestSigner({ tokens: none, signature: '' }, () => now));

    await expect(signing).rejects.toMatchObject({ kind: 'no-identity' });
  });

  it('adds nothing where nobody asks', async () => {
    const signer = new RequestSigner({ signature: '' }, () => now);

    expect(await signer.headers('GET', URL_OF_BLOB, { a: 'b' })).toEqual({ a: 'b' });
  });
});
