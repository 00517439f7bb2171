import { storageFaults } from '../../../tools/testbed/faulty-proxy/storage-faults.ts';
import { bed, open } from './open.ts';

storageFaults('Google Cloud Storage', () => {
  const { endpoint, bucket } = bed();
  return {
    server: endpoint,
    open: async (url, { prefix, partSize, answerTime }) =>
      open({
        endpoint: url,
        bucket,
        prefix,
        anonymous: true,
        transfer: { partSize, answerTime, patience: 4 },
      }),
  };
});
