import { describe, expect, it } from 'vitest';
import { GcsConfig } from '../src/config.ts';
import plugin from '../src/index.ts';

describe('the plugin gcs', () => {
  it('is a storage, and needs only a bucket', () => {
    const config = GcsConfig.parse({ bucket: 'b' });

    expect([plugin.kind, plugin.name]).toEqual(['storage', 'gcs']);
    expect(config).toMatchObject({ prefix: '', anonymous: false, transfer: { parallel: 8 } });
  });

  it('refuses what it does not know, and credentials beside `anonymous`', () => {
    const { error } = GcsConfig.safeParse({
      bucket: 'b',
      anonymous: true,
      keyFile: 'key.json',
      transfer: { partSize: '16Mi', speed: 3 },
    });

    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['transfer', 'keyFile']);
  });
});
