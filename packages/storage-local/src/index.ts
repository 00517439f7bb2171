import { resolve } from 'node:path';
import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { LocalStorageConfig } from './config.ts';

/** Storage in a folder of this machine. */
export default definePlugin({
  kind: 'storage',
  name: 'local',
  contract: CONTRACT_VERSION,
  config: LocalStorageConfig,
  async create({ path, fsync }, { projectDirectory, clock, log }) {
    const { LocalStorage } = await import('./local-storage.ts');
    return LocalStorage.open(resolve(projectDirectory, path), { fsync, clock, log });
  },
});
