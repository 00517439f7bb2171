import type { Builtin } from './builtin.ts';

/** Flows that are written in the project file need no plugin; the engine brings what plans them. */
export const INLINE: Builtin = {
  kind: 'flow',
  name: 'inline',
  package: '@orchestrate/engine',
  load: async () => (await import('../inline-flow/inline-flow.ts')).inlineFlow,
};
