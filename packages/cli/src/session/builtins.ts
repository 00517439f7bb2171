import type { Builtin } from '@orchestrate/engine';

/** The plugins that are there without a line in the project; each is loaded only when a project uses it. */
export const BUILTINS: readonly Builtin[] = [
  {
    kind: 'backend',
    name: 'local',
    package: '@orchestrate/backend-local',
    load: async () => (await import('@orchestrate/backend-local')).default,
  },
  {
    kind: 'storage',
    name: 'local',
    package: '@orchestrate/storage-local',
    load: async () => (await import('@orchestrate/storage-local')).default,
  },
];
