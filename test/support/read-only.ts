import { chmodSync } from 'node:fs';
import { failureOf } from './small-disk.ts';
import type { Workspace } from './workspace.ts';

/** Makes a folder of a workspace read-only, for root as well; says why it cannot. */
export function readOnly(workspace: Workspace, folder: string): (() => void) | string {
  const path = workspace.path(folder);
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    if (process.getuid?.() === 0) return 'modes mean nothing to root';
    chmodSync(path, 0o555);
    const undo = (): void => chmodSync(path, 0o755);
    workspace.later(undo);
    return undo;
  }
  const failure =
    failureOf('mount', ['--bind', path, path]) ??
    failureOf('mount', ['-o', 'remount,ro,bind', path]);
  if (failure !== undefined) return failure;
  let isMounted = true;
  const undo = (): void => {
    if (isMounted) failureOf('umount', ['-l', path]);
    isMounted = false;
  };
  workspace.later(undo);
  return undo;
}
