import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { localStorageError, systemCode } from './errors.ts';

/**
 * The real path of a root, links in it resolved once and for all. A root that is not there yet is made by the first
 * write; until then the part of its path that exists is resolved.
 * @throws STORAGE_ROOT
 */
export function realRoot(path: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    const above = dirname(path);
    if (systemCode(error) === 'ENOENT' && above !== path)
      return join(realRoot(above), basename(path));
    throw localStorageError(
      'STORAGE_ROOT',
      `${path} cannot be the root of a storage: ${systemCode(error)}.`,
      {
        details: { path },
        cause: error,
      },
    );
  }
  throw localStorageError(
    'STORAGE_ROOT',
    `${path} cannot be the root of a storage: it is not a folder.`,
    {
      details: { path },
    },
  );
}
