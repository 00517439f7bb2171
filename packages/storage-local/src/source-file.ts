import { type BigIntStats, close, constants, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { storageError } from '@orchestrate/core';
import { systemCode } from './errors.ts';
import { generationOf, lookAt } from './object-stat.ts';

const CHUNK_BYTES = 1_048_576;
const openFile = promisify(open);
const readFrom = promisify(read);
const closeFile = promisify(close);
const statOf = promisify(fstat);

function sourceError(path: string, why: string, cause?: unknown): Error {
  return storageError('STORAGE_FILE', `${path} cannot be published: ${why}.`, {
    details: { path },
    cause,
  });
}

/** The stat of a file that is to be put. @throws STORAGE_FILE unless it is a regular file */
export function lookAtSource(path: string): BigIntStats {
  let stat: BigIntStats | undefined;
  try {
    stat = lookAt(path);
  } catch (error) {
    throw sourceError(path, `the system says ${systemCode(error)}`, error);
  }
  if (stat === undefined) throw sourceError(path, 'it does not exist');
  if (stat.isSymbolicLink()) throw sourceError(path, 'it is a symbolic link');
  if (stat.isDirectory()) throw sourceError(path, 'it is a folder');
  if (!stat.isFile()) throw sourceError(path, 'it is not a regular file');
  return stat;
}

/** The bytes of a file that is to be put. @throws STORAGE_CHANGED when it is not the file that was looked at, or changes */
export async function* contentOfFile(path: string, seen: BigIntStats): AsyncGenerator<Uint8Array> {
  const handle = await openFile(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (;;) {
      const { bytesRead, buffer } = await readFrom(
        handle,
        Buffer.allocUnsafeSlow(CHUNK_BYTES),
        0,
        CHUNK_BYTES,
        -1,
      );
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
    }
    const now = await statOf(handle, { bigint: true });
    if (generationOf(now) !== generationOf(seen) || now.size !== seen.size)
      throw storageError('STORAGE_CHANGED', `${path} was changed while it was published.`);
  } finally {
    await closeFile(handle);
  }
}
