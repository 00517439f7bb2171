import type { FlowError } from '@orchestrate/core';
import { stepError } from './errors.ts';

/** The system's code of an error, `ENOENT`; '' when it has none. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

type Trouble = 'STEP_SPACE' | 'STEP_DENIED' | 'STEP_PATH' | 'STEP_UNAVAILABLE';

const MEANINGS: Readonly<Record<string, readonly [Trouble, string]>> = {
  ENOSPC: ['STEP_SPACE', 'no space left on the disk'],
  EDQUOT: ['STEP_SPACE', 'the disk quota is used up'],
  EFBIG: ['STEP_SPACE', 'the file is larger than allowed'],
  EACCES: ['STEP_DENIED', 'permission denied'],
  EPERM: ['STEP_DENIED', 'permission denied'],
  EROFS: ['STEP_DENIED', 'the file system is read-only'],
  ENOENT: ['STEP_PATH', 'it is not there'],
  ENOTDIR: ['STEP_PATH', 'something on the way is not a folder'],
  EISDIR: ['STEP_PATH', 'it is a folder'],
  ENAMETOOLONG: ['STEP_PATH', 'the name is too long'],
  ENOTEMPTY: ['STEP_PATH', 'the folder is not empty'],
};

/** What a failure of each kind is charged to: `quota`, `user-error`, or `later` for trouble that may pass. */
export const TROUBLE_CLASS: Readonly<Record<Trouble, 'quota' | 'user-error' | 'later'>> = {
  STEP_SPACE: 'quota',
  STEP_DENIED: 'user-error',
  STEP_PATH: 'user-error',
  STEP_UNAVAILABLE: 'later',
};

/** Says a system error in plain words: what was to be done, on which path, why not. Other errors come back as they are. */
export function translated(error: unknown, doing: string, path: string): unknown {
  const code = systemCode(error);
  if (!/^E[A-Z0-9]+$/.test(code)) return error;
  const [trouble, why] = MEANINGS[code] ?? ['STEP_UNAVAILABLE' as const, 'the system says'];
  return troubleError(trouble, `Cannot ${doing} ${path}: ${why} (${code}).`, {
    path,
    cause: error,
  });
}

function troubleError(
  trouble: Trouble,
  message: string,
  { path, cause }: { readonly path: string; readonly cause: unknown },
): FlowError {
  const details = { path, system: systemCode(cause), failure: TROUBLE_CLASS[trouble] };
  return stepError(trouble, message, { details, cause });
}

/** Runs an act and says its system errors in plain words. */
export function sayingWhat<T>(doing: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw translated(error, doing, path);
  }
}

/** {@link sayingWhat} for what takes time. */
export async function sayingWhatAsync<T>(
  doing: string,
  path: string,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw translated(error, doing, path);
  }
}
