import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from './workspace.ts';

/** A file system of its own that can be filled to the last byte. */
export interface SmallDisk {
  fill(): void;
  free(): void;
}

/** Says aloud what a test could not show on this machine. */
export function didNotRun(what: string, why: string): void {
  console.log(`did not run: ${what}: ${why}`);
}

/** Why a program failed, in one line; `undefined` when it went well. */
export function failureOf(program: string, args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return (error?.message ?? stderr.trim()) || `${program} ended with ${status}`;
}

/** Puts a small file system under a folder of a workspace; says why it cannot. */
export function smallDisk(
  workspace: Workspace,
  folder: string,
  sizeMebibytes = 6,
): SmallDisk | string {
  if (process.platform !== 'linux') return 'needs tmpfs of Linux';
  const path = workspace.path(folder);
  mkdirSync(path, { recursive: true });
  const options = `size=${sizeMebibytes}m,mode=0755`;
  const failure = failureOf('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  if (failure !== undefined) return failure;
  workspace.later(() => void failureOf('umount', ['-l', path]));
  const ballast = join(path, '.ballast');
  return { fill: () => fillWith(ballast), free: () => rmSync(ballast, { force: true }) };
}

function fillWith(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let bytes = 1024 * 1024; bytes >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(bytes));
      } catch {
        bytes = Math.floor(bytes / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}
