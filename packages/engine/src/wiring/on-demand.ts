import type { Logger, RunId } from '@orchestrate/core';
import type { LoadedProject } from '../project/loaded-project.ts';
import type { ProjectSurroundings } from './compose.ts';
import type { Scope } from './scope.ts';

/** The graph of one project; the container is loaded only now. Providers are made when the pool is asked for them, by name. */
export async function composeProject(
  loaded: LoadedProject,
  surroundings: ProjectSurroundings,
): Promise<Scope> {
  const module = await import('./compose.ts');
  return module.composeProject(loaded, surroundings);
}

/** The graph of one run, below its project's. Dispose of it before the project's scope. */
export async function composeRun(project: Scope, run: RunId, log?: Logger): Promise<Scope> {
  const module = await import('./compose.ts');
  return module.composeRun(project, run, log);
}
