import type { Clock, Logger, Random, RunId } from '@orchestrate/core';
import type { Timers } from '../drive/run-types.ts';
import type { LoadedProject } from '../project/loaded-project.ts';
import { ProviderPool } from './provider-pool.ts';
import { Scope } from './scope.ts';
import { T } from './tokens.ts';

/** What a project is composed with. */
export interface ProjectSurroundings {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
}

/** The graph of one project. Nothing is made until it is asked for: providers come from the pool, by name. */
export function composeProject(loaded: LoadedProject, surroundings: ProjectSurroundings): Scope {
  const project = Scope.root();
  project.provide(T.project, () => loaded);
  project.provide(T.log, () => surroundings.log);
  project.provide(T.clock, () => surroundings.clock);
  project.provide(T.random, () => surroundings.random);
  project.provide(T.timers, () => surroundings.timers);
  project.provide(T.providers, () => new ProviderPool(loaded, surroundings));
  return project;
}

/** The graph of one run, below its project's. Dispose of it before the project's scope. */
export function composeRun(project: Scope, run: RunId, log?: Logger): Scope {
  const scope = project.child();
  scope.provide(T.run, () => run);
  scope.provide(T.runLog, () => log ?? project.get(T.log));
  return scope;
}
