import { storageFaults } from '../../../tools/testbed/faulty-proxy/storage-faults.ts';
import { bed, open } from './open.ts';

storageFaults('Azure Blob Storage', () => {
  const { connectionString, container, server } = bed();
  return {
    server,
    open: async (url, { prefix, partSize, answerTime }) =>
      open({
        connectionString: connectionString.replace(server, url),
        container,
        prefix,
        transfer: { partSize, answerTime, patience: 4 },
      }),
  };
});
