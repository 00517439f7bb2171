import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { SlurmConfig } from './config.ts';

export { SlurmConfig } from './config.ts';

export default definePlugin({
  kind: 'backend',
  name: 'slurm',
  contract: CONTRACT_VERSION,
  config: SlurmConfig,
  // Checking a project needs the schema only; what talks to clusters is loaded when there is something to run.
  async create(config, context) {
    const { openSlurmBackend } = await import('./open-backend.ts');
    return openSlurmBackend(config, context);
  },
});
