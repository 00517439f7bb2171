import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { K8sConfig } from './config.ts';

export { K8sConfig } from './config.ts';

export default definePlugin({
  kind: 'backend',
  name: 'k8s',
  contract: CONTRACT_VERSION,
  sweeps: true,
  config: K8sConfig,
  // Checking a project needs the schema only; the client is large and loaded when there is something to run.
  async create(config, context) {
    const { openK8sBackend } = await import('./open-backend.ts');
    return openK8sBackend(config, context);
  },
});
