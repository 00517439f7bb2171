import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { AzureConfig } from './config.ts';

/** Storage in a container of Azure Blob Storage. */
export default definePlugin({
  kind: 'storage',
  name: 'azure',
  contract: CONTRACT_VERSION,
  config: AzureConfig,
  async create(config, { clock, random, log }) {
    const { openAzure } = await import('./open-azure.ts');
    return openAzure(config, { clock, random, log });
  },
});
