import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { GcsConfig } from './config.ts';

/** Storage in a bucket of Google Cloud Storage. */
export default definePlugin({
  kind: 'storage',
  name: 'gcs',
  contract: CONTRACT_VERSION,
  config: GcsConfig,
  async create(config, { projectDirectory, clock, random, log }) {
    const { openGcs } = await import('./open-gcs.ts');
    return openGcs(config, { projectDirectory, clock, random, log });
  },
});
