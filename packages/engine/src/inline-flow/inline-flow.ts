import { CONTRACT_VERSION, definePlugin } from '@orchestrate/core';
import { InlineFlowConfig } from './flow-schema.ts';
import { planInlineFlow } from './plan-flow.ts';

/** Flows written in the project file: `tasks:` in YAML, without any TypeScript. */
export const inlineFlow = definePlugin({
  kind: 'flow',
  name: 'inline',
  contract: CONTRACT_VERSION,
  config: InlineFlowConfig,
  create: (config) => ({ plan: (context) => planInlineFlow(config, context) }),
});
