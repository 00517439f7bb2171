import { describe, expect, it } from 'vitest';
import { AzureConfig } from '../src/config.ts';
import plugin from '../src/index.ts';

function problems(config: object): readonly string[] {
  const { error } = AzureConfig.safeParse({ container: 'c', ...config });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the plugin azure', () => {
  it('is a storage, and needs a container and an account', () => {
    expect([plugin.kind, plugin.name]).toEqual(['storage', 'azure']);
    expect(problems({ account: 'a' })).toEqual([]);
    expect(problems({})).toEqual(['account: is missing: name the storage account']);
  });

  it('takes one way to log in', () => {
    expect(problems({ account: 'a', sasToken: 's', accountKey: 'k' })).toEqual([
      'accountKey: cannot be used together with `sasToken`',
    ]);
    expect(problems({ endpoint: 'http://127.0.0.1:1/a', accountKey: 'k' })).toEqual([
      'account: is missing: a key is that of an account',
    ]);
    expect(problems({ account: 'a', anonymous: true, clientId: 'c' })).toEqual([
      'clientId: has no meaning together with `anonymous`',
    ]);
  });

  it.each([
    [{ account: 'a' }, 'https://a.blob.core.windows.net/c/k'],
    [{ endpoint: 'https://private.example/' }, 'https://private.example/c/k'],
    [
      { connectionString: 'AccountName=a;AccountKey=eA==;EndpointSuffix=x.y' },
      'https://a.blob.x.y/c/k',
    ],
    [{ connectionString: 'BlobEndpoint=http://h:1/a;AccountKey=eA==' }, 'http://h:1/a/c/k'],
  ])('finds the service by %j', async (config, address) => {
    const { AzurePort } = await import('../src/azure-port.ts');

    const port = new AzurePort(AzureConfig.parse({ container: 'c', ...config }), Date);

    expect(port.address('k')).toBe(address);
  });
});
