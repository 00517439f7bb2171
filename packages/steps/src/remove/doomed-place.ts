import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { stepError } from '../errors.ts';
import { lookAt, realPlace } from '../move/local-target.ts';
import { sayingWhat, systemCode } from '../system-error.ts';

/** A folder that may be removed: inside its base, with no link on the way. */
export interface DoomedPlace {
  /** Real path. */
  readonly path: string;
  /** Whether it is there. */
  readonly exists: boolean;
  /** Name it is given beside itself while its content is removed. */
  readonly aside: string;
}

function inside(base: string, path: string): string | undefined {
  const rest = relative(base, path);
  return rest === '' || rest === '..' || rest.startsWith('../') ? undefined : rest;
}

function refuse(directory: string, base: string, why: string): never {
  throw stepError('STEP_PATH', `${directory} is not removed: ${why}.`, {
    details: { path: directory, base },
  });
}

/** Folders of removals that were not finished lie beside the folder they were. */
function asideOf(path: string): string {
  const name = createHash('sha256').update(basename(path)).digest('hex').slice(0, 16);
  return join(dirname(path), `.orchestrate-remove~${name}`);
}

/** Looks at every name from the base down to the folder; a missing one ends the search. */
function exists(base: string, names: readonly string[]): boolean {
  let at = base;
  for (const name of names) {
    at = join(at, name);
    const stat = sayingWhat('look at', at, () => lookAt(at));
    if (stat === undefined) return false;
    if (stat.isSymbolicLink())
      throw stepError('STEP_LINK', `${at} is a symbolic link; nothing is removed through links.`, {
        details: { path: at },
      });
    if (!stat.isDirectory()) refuse(at, base, 'it is not a folder');
  }
  return true;
}

/**
 * Finds the folder to remove.
 * @throws STEP_PATH when it is not inside its base, or the base is not there; STEP_LINK when a link is in the way
 */
export function doomedPlace(directory: string, base: string): DoomedPlace {
  const realBase = realPlace(base);
  const full = resolve(directory);
  const rest = inside(resolve(base), full) ?? inside(realBase, full);
  if (sayingWhat('look at', realBase, () => lookAt(realBase))?.isDirectory() !== true)
    refuse(directory, realBase, `the base ${realBase} is not a folder`);
  if (rest === undefined)
    refuse(directory, realBase, `it does not lie inside the base ${realBase}`);
  const path = join(realBase, rest);
  return { path, exists: exists(realBase, rest.split('/')), aside: asideOf(path) };
}

/** Whether an earlier removal of the folder was not finished. */
export function hasLeftover(place: DoomedPlace): boolean {
  try {
    return readdirSync(dirname(place.path)).includes(basename(place.aside));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
