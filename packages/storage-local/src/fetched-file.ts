import { close, constants, mkdirSync, open, renameSync, rmSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { storageError } from '@orchestrate/core';
import { systemCode } from './errors.ts';
import { ownToken } from './owner.ts';

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const openFile = promisify(open);
const writeTo = promisify(write);
const closeFile = promisify(close);

let count = 0;

async function fill(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await openFile(path, FLAGS, 0o666);
  try {
    for await (const piece of content) {
      for (let done = 0; done < piece.length; )
        done += (await writeTo(handle, piece, done, piece.length - done)).bytesWritten;
    }
  } finally {
    await closeFile(handle);
  }
}

/**
 * Makes a file of some content, whole or not at all: written beside its place, then renamed. A link at the place is
 * replaced, not followed.
 * @throws STORAGE_FILE, STORAGE_FULL
 */
export async function placeFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  count += 1;
  const aside = `${path}.${ownToken().split('~').slice(1).join('-')}-${count}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    await fill(aside, content);
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    const code = systemCode(error);
    if (!/^E[A-Z0-9]+$/.test(code)) throw error;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw storageError(
      full ? 'STORAGE_FULL' : 'STORAGE_FILE',
      `Cannot write the file ${path}: ${full ? 'there is no room' : 'the system says'} (${code}).`,
      { details: { path, system: code }, cause: error },
    );
  }
}
