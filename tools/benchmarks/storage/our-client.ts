import {
  listObjects,
  type PluginContext,
  type Storage,
  type StoragePlugin,
  silentLogger,
} from '@orchestrate/core';
import type { Bed, Service } from './bed.ts';
import type { Client } from './client.ts';

const CONTEXT: PluginContext = {
  name: 'bench',
  projectDirectory: import.meta.dirname,
  stateDirectory: import.meta.dirname,
  log: silentLogger,
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  random: Math.random,
};

async function open(service: Service, { endpoint, container, connection }: Bed): Promise<Storage> {
  const [module, written] =
    service === 'gcs'
      ? [await import('@orchestrate/storage-gcs'), { bucket: container, endpoint, anonymous: true }]
      : [await import('@orchestrate/storage-azure'), { container, connectionString: connection }];
  const plugin: StoragePlugin = module.default;
  return plugin.create(plugin.config.parse(written), CONTEXT);
}

/** The storage plugin as projects use it, built. */
export async function ourClient(service: Service, bed: Bed): Promise<Client> {
  const storage = await open(service, bed);
  const put = async (path: string, name: string): Promise<void> => {
    await storage.put(path, name);
  };
  const get = async (name: string, path: string): Promise<void> => {
    await storage.fetch(name, path);
  };
  return {
    putLarge: put,
    getLarge: get,
    put,
    get,
    count: async (prefix) => {
      let count = 0;
      for await (const page of listObjects(storage, prefix)) count += page.length;
      return count;
    },
    close: async () => storage[Symbol.asyncDispose](),
  };
}
