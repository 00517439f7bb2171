import { errorsOf } from './flow-error.ts';

/** Errors every storage throws alike; a plugin adds its own beside them. */
export const STORAGE_ERRORS = {
  STORAGE_KEY: {
    retry: 'never',
    hint: 'Use a key of 1 to 1,024 bytes made of segments separated by /, without empty, . or .. segments.',
  },
  STORAGE_NOT_FOUND: {
    retry: 'never',
    hint: 'Check the key; list the storage to see what is there.',
  },
  STORAGE_RANGE: { retry: 'never', hint: 'Ask for a range that begins inside the object.' },
  STORAGE_EXISTS: {
    retry: 'never',
    hint: 'Somebody else has created the object first; read it, or use another key.',
  },
  STORAGE_CHANGED: {
    retry: 'never',
    hint: 'Somebody else has changed the object; read it again and decide anew.',
  },
  STORAGE_CORRUPT: {
    retry: 'never',
    hint: 'The content is not what its digest promises; produce or transfer it again.',
  },
  STORAGE_UNSUPPORTED: {
    retry: 'never',
    hint: 'This storage cannot do that, as its traits say; use another storage or do without.',
  },
  STORAGE_CONFLICT: {
    retry: 'never',
    hint: 'This storage keeps keys as files in folders, so one key cannot be a folder of another; rename one of them.',
  },
  STORAGE_FULL: { retry: 'later', hint: 'Free space or inodes, or raise the quota, then resume.' },
  STORAGE_DENIED: {
    retry: 'never',
    hint: 'Give the account that runs this the permission named in the message.',
  },
  STORAGE_FILE: {
    retry: 'never',
    hint: 'Check that the path names a regular file (or a place for one) that may be read and written.',
  },
  STORAGE_UNAVAILABLE: {
    retry: 'later',
    hint: 'The storage did not answer properly; what was asked may or may not have happened. Try again later.',
  },
} as const;

/** Makes the errors that every storage throws alike. */
export const storageError = errorsOf(STORAGE_ERRORS);
