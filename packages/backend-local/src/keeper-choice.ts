import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Keeper } from './keeper.ts';
import type { LocalJob } from './local-job.ts';

/** When a module's file was last changed, milliseconds; 0 for packages and files that are not there. */
export function moduleStamp(module: string): number {
  if (!isAbsolute(module)) return 0;
  return statSync(module, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function chooseWorker(idle: readonly Keeper[], module: string): Keeper | undefined {
  const stamp = moduleStamp(module);
  for (const keeper of idle) {
    const loaded = keeper.loaded.get(module);
    if (loaded !== undefined && loaded !== stamp) keeper.close();
  }
  const usable = idle.filter((keeper) => !keeper.closing);
  return usable.find((keeper) => keeper.loaded.has(module)) ?? usable[0];
}

/**
 * An idle keeper for a job: for functions rather one that has the module loaded, and never one that has loaded it before
 * its file was changed, since a process cannot load a module twice.
 */
export function chooseKeeper(keepers: Iterable<Keeper>, job: LocalJob): Keeper | undefined {
  const kind = job.facts.kind === 'command' ? 'commands' : 'functions';
  const idle: Keeper[] = [];
  for (const keeper of keepers) {
    if (!keeper.idle || keeper.header.kind !== kind) continue;
    if (kind === 'commands') return keeper;
    idle.push(keeper);
  }
  const work = job.spec?.work;
  return work?.kind === 'functions' ? chooseWorker(idle, work.module) : undefined;
}
