import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { NiceConfig, RepeatConfig } from './config.ts';
import { repeatFlow } from './repeat-flow.ts';

/** Low-priority child processes. */
const nice = definePlugin({
  kind: 'backend',
  name: 'nice',
  contract: CONTRACT_VERSION,
  config: NiceConfig,
  async create(config, { clock }) {
    const { NiceBackend } = await import('./nice-backend.ts');
    return new NiceBackend(config, clock);
  },
});

/** One command, many times. */
const repeat = definePlugin({
  kind: 'flow',
  name: 'repeat',
  contract: CONTRACT_VERSION,
  config: RepeatConfig,
  create: (config) => repeatFlow(config),
});

export default [nice, repeat];
