import { randomBytes } from 'node:crypto';
import {
  close,
  closeSync,
  constants,
  mkdirSync,
  open,
  openSync,
  renameSync,
  rmSync,
  writeSync,
  writev,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { storageError } from '@orchestrate/core';
import { systemCode } from './errors.ts';
import { quickDisk } from './quick-disk.ts';

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);
const openFile = promisify(open);
const writeMany = promisify(writev);
const closeFile = promisify(close);

/** What tells files of this process, as long as they are unfinished, from those of others, on other machines too. */
const MARK = randomBytes(4).toString('hex');
let made = 0;

/**
 * Makes a file of some content, whole or not at all: written beside its place, then renamed. A link at the place is
 * replaced, not followed.
 * @throws STORAGE_FILE, STORAGE_FULL, and what the content throws
 */
export async function placeFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  made += 1;
  const aside = `${path}.${process.pid}-${MARK}-${made}.part`;
  try {
    const pieces = content[Symbol.asyncIterator]();
    const first = await pieces.next();
    const second = first.done === true ? first : await pieces.next();
    const only = first.done === true ? NOTHING : first.value;
    if (second.done === true && quickDisk.isQuick(only.length))
      quickDisk.atOnce(() => {
        fillAtOnce(aside, only);
        renameSync(aside, path);
      });
    else {
      await fill(aside, joined([first, second], pieces));
      renameSync(aside, path);
    }
  } catch (error) {
    rmSync(aside, { force: true });
    const code = systemCode(error);
    if (code === '' || !('syscall' in (error as object))) throw error;
    const isFull = NO_ROOM.has(code);
    throw storageError(
      isFull ? 'STORAGE_FULL' : 'STORAGE_FILE',
      `Cannot write the file ${path}: ${isFull ? 'there is no room' : 'the system says'} (${code}).`,
      { details: { path, system: code }, cause: error },
    );
  }
}

const NOTHING = new Uint8Array();

/** What was taken from an iterator already, and the rest of it. */
async function* joined<T>(
  taken: readonly IteratorResult<T, unknown>[],
  rest: AsyncIterator<T>,
): AsyncGenerator<T> {
  try {
    for (const one of taken) {
      if (one.done === true) return;
      yield one.value;
    }
    for (;;) {
      const one = await rest.next();
      if (one.done === true) return;
      yield one.value;
    }
  } finally {
    await rest.return?.();
  }
}

/** Opens a file whose folder is nearly always there, and makes the folder if it is not. */
function inItsFolder(path: string, open: () => number): number {
  try {
    return open();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return open();
  }
}

function fillAtOnce(path: string, content: Uint8Array): void {
  const handle = inItsFolder(path, () => openSync(path, NEW_FILE, 0o666));
  try {
    for (let done = 0; done < content.length; )
      done += writeSync(handle, content, done, content.length - done);
  } finally {
    closeSync(handle);
  }
}

async function fill(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await openFile(path, NEW_FILE, 0o666).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    return inItsFolder(path, () => openSync(path, NEW_FILE, 0o666));
  });
  try {
    await writeAll(handle, content);
  } finally {
    await closeFile(handle);
  }
}

/** Bytes that are written at once: pieces come by the network's measure, and each call of the system goes through another thread. */
const BATCH_BYTES = 256 * 1024;

/** Writes pieces one behind the other; those of the next batch are taken while one is written. */
async function writeAll(handle: number, content: AsyncIterable<Uint8Array>): Promise<void> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const piece of content) {
      batch.push(piece);
      bytes += piece.length;
      if (bytes < BATCH_BYTES) continue;
      await writing;
      writing = writeBatch(handle, batch);
      // Looked at before the next one, and at the end.
      writing.catch(() => undefined);
      batch = [];
      bytes = 0;
    }
    await writing;
    await writeBatch(handle, batch);
  } finally {
    // The handle is closed by whoever opened it, and not while it is written to.
    await writing.catch(() => undefined);
  }
}

async function writeBatch(handle: number, batch: readonly Uint8Array[]): Promise<void> {
  for (let rest = [...batch]; rest.length > 0; ) {
    const { bytesWritten } = await writeMany(handle, rest);
    rest = after(rest, bytesWritten);
  }
}

/** What is left of pieces of which so many bytes are written. */
function after(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  return pieces.flatMap((piece) => {
    const done = Math.min(left, piece.length);
    left -= done;
    return done === piece.length ? [] : [piece.subarray(done)];
  });
}
