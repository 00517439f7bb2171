import { findProgram } from './program-path.ts';
import type { ContainerFacts } from './records.ts';

/** Small init programs that podman can put into a container: those that need no library of the image. */
const NAMES = ['catatonit', 'tini-static'];
/** Folders outside the `PATH` in which systems keep them. */
const FOLDERS = [
  '/usr/libexec/podman',
  '/usr/local/libexec/podman',
  '/usr/lib/podman',
  '/usr/libexec/catatonit',
];

/**
 * Arguments that give a container a first process which passes signals on and waits for orphans. Without one the job is
 * process 1 itself, to which SIGTERM means nothing unless it asked for it, so that its end takes the whole grace. docker
 * brings its own; podman refuses to start anything when the one it looks for is not installed, so it is named if there.
 */
export function initArguments(
  runtime: ContainerFacts['runtime'],
  platform: NodeJS.Platform,
  searchPath: string | undefined,
): readonly string[] {
  if (runtime === 'apptainer') return [];
  // Elsewhere podman runs in a virtual machine that has one.
  if (runtime === 'docker' || platform !== 'linux') return ['--init'];
  const folders = [searchPath ?? '/usr/bin:/bin', ...FOLDERS].join(':');
  for (const name of NAMES) {
    const found = findProgram(name, folders, '/');
    if ('path' in found) return ['--init', `--init-path=${found.path}`];
  }
  return [];
}
