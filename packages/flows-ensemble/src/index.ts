import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { EnsembleConfig, isUpstream } from './config/ensemble-config.ts';

/** Ensembles: a template folder, parameters, a job, and steps around it; or a file written for model-ensembler. */
export default definePlugin({
  kind: 'flow',
  name: 'ensemble',
  contract: CONTRACT_VERSION,
  config: EnsembleConfig,
  async create(config, { stateDirectory }) {
    if (isUpstream(config)) {
      const { upstreamFlow } = await import('./upstream-plan/upstream-flow.ts');
      return upstreamFlow(config, stateDirectory);
    }
    const { nativeFlow } = await import('./native/native-flow.ts');
    return nativeFlow(config, stateDirectory);
  },
});
