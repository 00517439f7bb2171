import { lstatSync, mkdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { runError } from '../run-errors.ts';

/** Name of the folder beside the project file. */
export const STATE_FOLDER = '.orchestrate';

/** Path of the journal of a project. */
export function journalPath(projectDirectory: string): string {
  return join(projectDirectory, STATE_FOLDER, 'journal.db');
}

/** Refuses a symbolic link where a file of ours is to be. @throws PROJECT_PATH_LINK */
export function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw runError('PROJECT_PATH_LINK', `${path} is a symbolic link; nothing is written through it`, {
    details: { path },
  });
}

/**
 * Makes a folder below another one part by part, so that nothing is ever made behind a symbolic link.
 * @throws PROJECT_PATH_LINK, and what the system says
 */
export function makeRealFolder(root: string, folder: string): void {
  let at = root;
  for (const part of relative(root, folder).split(sep)) {
    at = join(at, part);
    refuseLink(at);
    mkdirSync(at, { recursive: true });
  }
}
