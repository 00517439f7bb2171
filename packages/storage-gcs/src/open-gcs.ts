import { resolve } from 'node:path';
import type { PluginContext } from '@orchestrate/core';
import { ObjectStorage } from '@orchestrate/object-store';
import type { GcsConfig } from './config.ts';
import { GcsPort } from './gcs-port.ts';
import { GoogleIdentity } from './google-identity.ts';

/** Opens a bucket. Nothing is asked of the service, and no credentials are read, before the first call. */
export function openGcs(
  config: GcsConfig,
  context: Pick<PluginContext, 'projectDirectory' | 'clock' | 'random' | 'log'>,
): ObjectStorage {
  const { keyFile, prefix, mountedAt, transfer } = config;
  const { projectDirectory, clock, random, log } = context;
  const identity = new GoogleIdentity({
    ...config,
    ...(keyFile === undefined ? {} : { keyFile: resolve(projectDirectory, keyFile) }),
  });
  const port = new GcsPort(config, identity, clock);
  return new ObjectStorage(port, { ...transfer, prefix, mountedAt, clock, random, log });
}
