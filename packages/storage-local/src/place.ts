import { storageError, storageKeyProblem } from '@orchestrate/core';

/** Names at the root of a store that begin so belong to Orchestrate: its run folder, and the store's own files. */
const RESERVED = '.orchestrate';
/**
 * Folder in which content is written before it is published: at the root, where it also holds the lock, and for a moment
 * beside objects on other disks than the root.
 */
export const ASIDE_FOLDER = `${RESERVED}-tmp`;

const MAX_SEGMENT_BYTES = 255;

/** Where the object of a key is: a folder relative to the root ('' for the root itself) and a name in it. */
export interface Place {
  readonly key: string;
  readonly folder: string;
  readonly name: string;
}

/** Whether a name at the root is not an object or folder of the store. */
export function isReserved(name: string): boolean {
  return name.startsWith(RESERVED);
}

function localKeyProblem(key: string): string | undefined {
  const general = storageKeyProblem(key);
  if (general !== undefined) return general;
  if (isReserved(key)) return `names that begin with ${RESERVED} are kept for Orchestrate`;
  if (key.includes(ASIDE_FOLDER) && key.split('/').includes(ASIDE_FOLDER))
    return `${ASIDE_FOLDER} holds what is on its way`;
  if (key.length * 3 <= MAX_SEGMENT_BYTES) return undefined;
  const long = key.split('/').some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES);
  return long ? `a file name on a disk ends at ${MAX_SEGMENT_BYTES} bytes` : undefined;
}

/** Splits a key into folder and name. @throws STORAGE_KEY */
export function placeOf(key: string): Place {
  const problem = localKeyProblem(key);
  if (problem !== undefined) {
    const shown = JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}...` : key);
    throw storageError('STORAGE_KEY', `${shown} cannot be the key of an object: ${problem}.`);
  }
  const end = key.lastIndexOf('/');
  return { key, folder: key.slice(0, Math.max(0, end)), name: key.slice(end + 1) };
}
