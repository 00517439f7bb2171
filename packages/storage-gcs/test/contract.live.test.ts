import { createHash } from 'node:crypto';
import { storageContract } from '@orchestrate/testkit';
import { describe } from 'vitest';
import { bed, open, TRAITS } from './open.ts';

const prefixFor = (place: string): string =>
  `contract/${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;

describe('a bucket of fake-gcs-server', () => {
  const { endpoint, bucket } = bed();
  storageContract(
    (place) =>
      open({
        endpoint,
        bucket,
        anonymous: true,
        prefix: prefixFor(place),
        transfer: { partSize: '256Ki' },
      }),
    TRAITS,
    { timeoutSeconds: 60 },
  );
});

const real = process.env['ORCHESTRATE_GCS_BUCKET'];
if (real === undefined)
  process.stderr.write('NOT RUN: the contract on a real bucket (set ORCHESTRATE_GCS_BUCKET)\n');
describe.runIf(real !== undefined)('a bucket of Google Cloud Storage', () => {
  storageContract(
    (place) => open({ bucket: real, prefix: `orchestrate-contract/${prefixFor(place)}` }),
    TRAITS,
    { timeoutSeconds: 300 },
  );
});
