import { randomBytes } from 'node:crypto';
import {
  close,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  open,
  openSync,
  read,
  readSync,
  renameSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { storageError } from '@orchestrate/core';
import type { BufferPool, Part } from './part-source.ts';
import { quickDisk } from './quick-disk.ts';

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
// Without O_NONBLOCK, opening a pipe would wait for a writer.
const EXISTING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);
const openFile = promisify(open);
const readFrom = promisify(read);
const writeTo = promisify(write);
const closeFile = promisify(close);

function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : '';
}

/** A file to send, opened once, so that what is sent is one file whatever happens to its name. */
export class SourceFile implements Disposable {
  readonly path: string;
  readonly bytes: number;
  readonly #handle: number;
  readonly #changedAt: bigint;

  private constructor(path: string, handle: number, bytes: number, changedAt: bigint) {
    this.path = path;
    this.bytes = bytes;
    this.#handle = handle;
    this.#changedAt = changedAt;
  }

  /** @throws STORAGE_FILE for a missing file, a folder or a symbolic link */
  static open(path: string): SourceFile {
    let handle: number;
    try {
      handle = openSync(path, EXISTING);
    } catch (error) {
      const why = systemCode(error) === 'ELOOP' ? 'it is a symbolic link' : systemCode(error);
      throw unusable(path, why, error);
    }
    const stat = fstatSync(handle, { bigint: true });
    if (stat.isFile()) return new SourceFile(path, handle, Number(stat.size), stat.mtimeNs);
    closeSync(handle);
    throw unusable(
      path,
      stat.isDirectory() ? 'it is a folder' : 'it is no regular file',
      undefined,
    );
  }

  /** All of a small file. */
  async whole(): Promise<Uint8Array> {
    const content = Buffer.allocUnsafe(this.bytes);
    if (quickDisk.isQuick(this.bytes)) quickDisk.atOnce(() => this.#fillAtOnce(content));
    else await this.#fill(content, 0);
    this.checkUnchanged();
    return content;
  }

  /** The file in parts. */
  async *parts(sizeOf: (index: number) => number, pool: BufferPool): AsyncGenerator<Part> {
    for (let [index, offset] = [0, 0]; ; index += 1) {
      const size = sizeOf(index);
      const buffer = pool.take(size);
      const content = buffer.subarray(0, Math.min(size, this.bytes - offset));
      await this.#fill(content, offset);
      const end = offset + content.length;
      const isLast = end === this.bytes;
      yield { index, offset, content, isLast, release: () => pool.give(buffer) };
      if (isLast) return;
      offset = end;
    }
  }

  /** @throws STORAGE_FILE when the file was written to since it was opened */
  checkUnchanged(): void {
    const { size, mtimeNs } = fstatSync(this.#handle, { bigint: true });
    if (Number(size) === this.bytes && mtimeNs === this.#changedAt) return;
    throw unusable(this.path, 'it was changed while it was sent', undefined);
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
  }

  #fillAtOnce(buffer: Uint8Array): void {
    for (let done = 0; done < buffer.length; ) {
      const count = readSync(this.#handle, buffer, done, buffer.length - done, done);
      if (count === 0) throw unusable(this.path, 'it became shorter while it was sent', undefined);
      done += count;
    }
  }

  async #fill(buffer: Uint8Array, offset: number): Promise<void> {
    for (let done = 0; done < buffer.length; ) {
      const { bytesRead } = await readFrom(
        this.#handle,
        buffer,
        done,
        buffer.length - done,
        offset + done,
      );
      if (bytesRead === 0)
        throw unusable(this.path, 'it became shorter while it was sent', undefined);
      done += bytesRead;
    }
  }
}

function unusable(path: string, why: string, cause: unknown): Error {
  return storageError('STORAGE_FILE', `${path} is not a file that can be sent: ${why}.`, {
    details: { path },
    cause,
  });
}

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
    for await (const piece of content) {
      for (let done = 0; done < piece.length; )
        done += (await writeTo(handle, piece, done, piece.length - done)).bytesWritten;
    }
  } finally {
    await closeFile(handle);
  }
}
