import type { Clock, Logger, Random, RunId } from '@orchestrate/core';
import type { Timers } from '../drive/run-types.ts';
import type { LoadedProject } from '../project/loaded-project.ts';
import type { ProviderPool } from './provider-pool.ts';
import { token } from './token.ts';

/** What the program is composed of, by scope. */
export const T = {
  // Project
  project: token<LoadedProject>('project'),
  log: token<Logger>('log'),
  clock: token<Clock>('clock'),
  random: token<Random>('random'),
  timers: token<Timers>('timers'),
  providers: token<ProviderPool>('providers'),
  // Run
  run: token<RunId>('run'),
  runLog: token<Logger>('runLog'),
} as const;
