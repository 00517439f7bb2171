import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { storageError } from '@orchestrate/core';
import { systemCode } from './errors.ts';
import type { BufferPool, Part } from './part-source.ts';
import { quickDisk } from './quick-disk.ts';

// Without O_NONBLOCK, opening a pipe would wait for a writer.
const EXISTING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const readFrom = promisify(read);

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
