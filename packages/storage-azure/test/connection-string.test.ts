import { describe, expect, it } from 'vitest';
import { readConnectionString } from '../src/connection-string.ts';

describe('a connection string', () => {
  it.each([
    [
      'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5==;EndpointSuffix=x.y',
      { account: 'a', accountKey: 'a2V5==', endpoint: 'https://a.blob.x.y' },
    ],
    [
      'accountkey=eA==; accountname=a',
      { account: 'a', accountKey: 'eA==', endpoint: 'https://a.blob.core.windows.net' },
    ],
    [
      'BlobEndpoint=https://a.blob.core.windows.net/;SharedAccessSignature=?sv=1&sig=x%3D',
      { account: 'a', sasToken: 'sv=1&sig=x%3D', endpoint: 'https://a.blob.core.windows.net/' },
    ],
    [
      'BlobEndpoint=http://h:1/acc;AccountKey=eA==',
      { account: 'acc', accountKey: 'eA==', endpoint: 'http://h:1/acc' },
    ],
  ])('is read: %s', (text, connection) => {
    expect(readConnectionString(text)).toEqual({
      accountKey: undefined,
      sasToken: undefined,
      ...connection,
    });
  });

  it('may stand for the emulator', () => {
    expect(readConnectionString('UseDevelopmentStorage=true')).toMatchObject({
      account: 'devstoreaccount1',
      endpoint: 'http://127.0.0.1:10000/devstoreaccount1',
    });
  });

  it.each(['', 'something-secret', 'AccountName=a', 'AccountKey=something-secret'])(
    'that says too little is not shown: %j',
    (text) => {
      expect(() => readConnectionString(text)).toThrow('the connection string cannot be read');
    },
  );
});
