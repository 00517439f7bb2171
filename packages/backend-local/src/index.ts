import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { LocalConfig } from './config.ts';
import { openLocalBackend } from './open-backend.ts';

export { LocalConfig } from './config.ts';

export default definePlugin({
  kind: 'backend',
  name: 'local',
  contract: CONTRACT_VERSION,
  config: LocalConfig,
  create: openLocalBackend,
});
