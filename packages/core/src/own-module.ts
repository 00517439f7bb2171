import type { JobSpec } from './backend.ts';

/**
 * The file with the functions of a pack, as a list of one, when it is the project's own: it is brought to where the job runs. An
 * installed package is not, nor is there one where the work is a command.
 */
export function ownModule(work: JobSpec['work']): readonly string[] {
  if (work.kind !== 'functions' || !work.module.startsWith('/')) return [];
  return work.module.includes('/node_modules/') ? [] : [work.module];
}
