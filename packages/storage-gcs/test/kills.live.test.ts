import { storageKills } from '../../../tools/testbed/storage-kills.ts';
import { bed, open } from './open.ts';

storageKills('Google Cloud Storage', () => {
  const { endpoint, bucket } = bed();
  const config = (prefix: string, partSize: number) => ({
    endpoint,
    bucket,
    prefix,
    anonymous: true,
    transfer: { partSize },
  });
  return {
    module: new URL('../src/index.ts', import.meta.url).href,
    config,
    open: async (prefix, partSize) => open(config(prefix, partSize)),
  };
});
