import {
  type BigIntStats,
  chmodSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  utimesSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { stepError } from '../errors.ts';
import { sayingWhat, systemCode, translated } from '../system-error.ts';
import { secondsOf } from './copy-file.ts';
import type { TreeEntry } from './source-tree.ts';

/** What is at a path, without following a link; `undefined` for nothing. */
export function lookAt(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

/** The real path of something that need not be there yet. */
export function realPlace(path: string): string {
  const full = resolve(path);
  try {
    return realpathSync.native(full);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(full) === full)
      throw translated(error, 'find', full);
    return join(realPlace(dirname(full)), basename(full));
  }
}

/** Whether a path is a folder's own or below it; both are real paths. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** @throws STEP_PATH when one of two folders lies in the other */
export function mustBeApart(source: string, target: string): void {
  if (!isInside(target, source) && !isInside(source, target)) return;
  throw stepError(
    'STEP_PATH',
    `${target} and ${source} lie inside each other, so one cannot be copied to the other.`,
    { details: { from: source, to: target, failure: 'user-error' } },
  );
}

/** Makes a folder of the tree at the target. A link in its place is refused: nothing is written through links. */
export function makeFolder(path: string): void {
  const there = lookAt(path);
  if (there?.isDirectory() === true) return;
  if (there?.isSymbolicLink() === true)
    throw stepError(
      'STEP_LINK',
      `${path} is a symbolic link, and a folder is to be copied there.`,
      {
        details: { path, failure: 'user-error' },
      },
    );
  if (there !== undefined)
    throw stepError('STEP_PATH', `${path} is not a folder, and a folder is to be copied there.`, {
      details: { path, failure: 'user-error' },
    });
  // Files must be able to enter; the mode of the source comes last.
  sayingWhat('make the folder', path, () => mkdirSync(path, { mode: 0o700 }));
}

/** Gives a folder the mode and time of its source, once everything is in it. */
export function finishFolder(path: string, entry: TreeEntry): void {
  sayingWhat('set mode and time of', path, () => {
    chmodSync(path, entry.mode);
    utimesSync(path, secondsOf(entry.mtimeNs), secondsOf(entry.mtimeNs));
  });
}
