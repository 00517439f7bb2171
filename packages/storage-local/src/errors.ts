import { type ErrorTable, errorsOf, storageError } from '@orchestrate/core';

/**
 * Errors of this package beside the common ones of storages.
 * @public
 */
export const LOCAL_STORAGE_ERRORS = {
  STORAGE_LINK: {
    retry: 'never',
    hint: 'Nothing is read or written through symbolic links below the root of a storage; replace the link by a real folder or file, or give the place it points to as the path of the storage.',
  },
  STORAGE_ROOT: {
    retry: 'never',
    hint: 'Give as path of the storage a folder that exists or can be made, and that stays where it is.',
  },
} as const satisfies ErrorTable;

/** Makes the errors of this package. */
export const localStorageError = errorsOf(LOCAL_STORAGE_ERRORS);

/** The system's code of an error, `ENOENT`; '' when it has none. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

const DENIED = new Set(['EACCES', 'EPERM', 'EROFS']);
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Says a system error in the words of the contract: what was to be done, on which path, what the system said. */
export function translated(error: unknown, doing: string, path: string): unknown {
  const code = systemCode(error);
  if (code === '' || !/^E[A-Z0-9]+$/.test(code)) return error;
  const message = `Cannot ${doing} ${path}: `;
  const more = { details: { path, system: code }, cause: error };
  if (DENIED.has(code)) {
    const why = code === 'EROFS' ? 'the file system is read-only' : 'permission denied';
    return storageError('STORAGE_DENIED', `${message}${why} (${code}).`, more);
  }
  if (FULL.has(code)) {
    const why = code === 'EDQUOT' ? 'the disk quota is used up' : 'no space left on the disk';
    return storageError('STORAGE_FULL', `${message}${why} (${code}).`, more);
  }
  return storageError('STORAGE_UNAVAILABLE', `${message}the system says ${code}.`, more);
}
