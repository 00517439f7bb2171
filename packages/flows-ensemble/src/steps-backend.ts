import type { FlowContext } from '@orchestrate/core';

/**
 * Backend of the steps around the jobs: directories, hooks, archive. They are short, and need what the machine of the leader
 * has: the template, the archive, the way to other hosts. So they stay there when the jobs go elsewhere, unless a backend is
 * named. `undefined`: the backend of the flow.
 */
export function stepsBackend(named: string | undefined, context: FlowContext): string | undefined {
  if (named !== undefined) return named;
  return context.backend === undefined ? undefined : 'local';
}
