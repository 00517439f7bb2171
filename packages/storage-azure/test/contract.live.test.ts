import { createHash } from 'node:crypto';
import { storageContract } from '@orchestrate/testkit';
import { describe } from 'vitest';
import { bed, open, TRAITS } from './open.ts';

const prefixFor = (place: string): string =>
  `contract/${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;

describe('a container of Azurite', () => {
  const { connectionString, container } = bed();
  storageContract(
    (place) =>
      open({
        connectionString,
        container,
        prefix: prefixFor(place),
        transfer: { partSize: '256Ki' },
      }),
    TRAITS,
    { timeoutSeconds: 60 },
  );
});

const [account, container] = (process.env['ORCHESTRATE_AZURE_CONTAINER'] ?? '').split('/');
const isReal = container !== undefined;
if (!isReal)
  process.stderr.write(
    'NOT RUN: the contract on a real container (set ORCHESTRATE_AZURE_CONTAINER to ACCOUNT/CONTAINER)\n',
  );
describe.runIf(isReal)('a container of Azure Blob Storage', () => {
  storageContract(
    (place) => open({ account, container, prefix: `orchestrate-contract/${prefixFor(place)}` }),
    TRAITS,
    { timeoutSeconds: 300 },
  );
});
