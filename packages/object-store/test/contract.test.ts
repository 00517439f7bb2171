import { silentLogger } from '@orchestrate/core';
import { storageContract } from '@orchestrate/testkit';
import { describe } from 'vitest';
import { MemoryBucket, MemoryPort } from '../src/memory-port.ts';
import { ObjectStorage } from '../src/object-storage.ts';
import { TransferConfig } from '../src/transfer-config.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const traits = {
  conditionalCreate: true,
  conditionalReplace: true,
  local: false,
  serverCopy: true,
};

describe.each([
  { parallelParts: true, partSize: 65_536, prefix: '' },
  { parallelParts: false, partSize: 65_536, prefix: 'some/prefix' },
  { parallelParts: true, partSize: 8 << 20, prefix: 'p/' },
])('an object store with parallel parts $parallelParts of $partSize', (given) => {
  const buckets = new Map<string, MemoryBucket>();

  storageContract((place) => {
    const bucket = buckets.get(place) ?? new MemoryBucket();
    buckets.set(place, bucket);
    const port = new MemoryPort({ bucket, parallelParts: given.parallelParts });
    return new ObjectStorage(port, {
      ...TransferConfig.parse({ partSize: given.partSize }),
      prefix: given.prefix,
      clock,
      random: Math.random,
      log: silentLogger,
    });
  }, traits);
});
