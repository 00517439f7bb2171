import { storageKills } from '../../../tools/testbed/storage-kills.ts';
import { bed, open } from './open.ts';

storageKills('Azure Blob Storage', () => {
  const { connectionString, container } = bed();
  const config = (prefix: string, partSize: number) => ({
    connectionString,
    container,
    prefix,
    transfer: { partSize },
  });
  return {
    module: new URL('../src/index.ts', import.meta.url).href,
    config,
    open: async (prefix, partSize) => open(config(prefix, partSize)),
  };
});
