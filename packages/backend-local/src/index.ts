import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { LocalConfig } from './config.ts';

export { LocalConfig } from './config.ts';

export default definePlugin({
  kind: 'backend',
  name: 'local',
  contract: CONTRACT_VERSION,
  config: LocalConfig,
  // Checking a project needs the schema only; what starts processes is loaded when there is something to run.
  async create(config, context) {
    const { openLocalBackend } = await import('./open-backend.ts');
    return openLocalBackend(config, context);
  },
});
