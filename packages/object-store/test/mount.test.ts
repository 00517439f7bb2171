import { silentLogger } from '@orchestrate/core';
import { expect, it } from 'vitest';
import { MemoryBucket, MemoryPort } from '../src/memory-port.ts';
import { ObjectStorage } from '../src/object-storage.ts';
import { TransferConfig } from '../src/transfer-config.ts';

function storage(prefix: string, mountedAt?: string): ObjectStorage {
  return new ObjectStorage(new MemoryPort({ bucket: new MemoryBucket(), parallelParts: true }), {
    ...TransferConfig.parse({}),
    prefix,
    mountedAt,
    clock: { now: () => 0, monotonic: () => 0 },
    random: Math.random,
    log: silentLogger,
  });
}

it.each([
  ['', '/mnt/bucket', '/mnt/bucket/a b/c.nc'],
  ['runs/2020', '/mnt/bucket/', '/mnt/bucket/runs/2020/a b/c.nc'],
  ['', '/', '/a b/c.nc'],
])('jobs find a key below prefix "%s" mounted at %s as %s', (prefix, mountedAt, path) => {
  expect(storage(prefix, mountedAt).mountPath('a b/c.nc')).toBe(path);
});

it('says nothing where it is not mounted, and refuses keys that would leave the mount', () => {
  expect(storage('').mountPath('c.nc')).toBeUndefined();
  expect(() => storage('', '/mnt/bucket').mountPath('../etc/passwd')).toThrow(/not valid/);
});
