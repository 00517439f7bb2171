import type { PluginContext } from '@orchestrate/core';
import { ObjectStorage } from '@orchestrate/object-store';
import { AzurePort } from './azure-port.ts';
import type { AzureConfig } from './config.ts';

/** Opens a container. Nothing is asked of the service, and no credentials are read, before the first call. */
export function openAzure(
  config: AzureConfig,
  { clock, random, log }: Pick<PluginContext, 'clock' | 'random' | 'log'>,
): ObjectStorage {
  const { prefix, mountedAt, transfer } = config;
  return new ObjectStorage(new AzurePort(config, clock), {
    ...transfer,
    prefix,
    mountedAt,
    clock,
    random,
    log,
  });
}
