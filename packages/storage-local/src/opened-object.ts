import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  read,
  readSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { type ByteRange, type ObjectStat, storageError } from '@orchestrate/core';
import { localStorageError, systemCode } from './errors.ts';
import { Folder } from './folder.ts';
import { generationOf, objectStat } from './object-stat.ts';
import type { Place } from './place.ts';

const CHUNK_BYTES = 1_048_576;
/** Up to here reading from the page cache is quicker than the way to another thread and back. */
const INLINE_BYTES = 65_536;
// Not blocking, so that a named pipe somebody put there cannot hold us up; it is refused right after.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const readAt = promisify(read);

/** An object held open: whoever replaces it meanwhile does not disturb the reader. */
export class OpenedObject implements Disposable {
  readonly #place: Place;
  readonly #handle: number;
  readonly #seen: BigIntStats;

  private constructor(place: Place, handle: number, seen: BigIntStats) {
    this.#place = place;
    this.#handle = handle;
    this.#seen = seen;
  }

  /** @throws STORAGE_NOT_FOUND, STORAGE_LINK */
  static open(root: string, place: Place): OpenedObject {
    using folder = Folder.open(root, place.folder);
    const handle = folder === undefined ? undefined : openFile(folder, place);
    const seen = handle === undefined ? undefined : fstatSync(handle, { bigint: true });
    if (handle !== undefined && seen?.isFile() === true)
      return new OpenedObject(place, handle, seen);
    if (handle !== undefined) closeSync(handle);
    throw storageError('STORAGE_NOT_FOUND', `There is no object ${place.key} in ${root}.`);
  }

  get stat(): ObjectStat {
    return objectStat(this.#place.key, this.#seen);
  }

  /** The bytes of a range, or all. @throws STORAGE_RANGE, STORAGE_CHANGED when the file was changed in place */
  async *content(range: ByteRange | undefined, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const size = Number(this.#seen.size);
    const [first, end] = range === undefined ? [0, size] : this.#bounds(range, size);
    for (let at = first; at < end; ) {
      signal?.throwIfAborted();
      const chunk = await this.#chunk(at, Math.min(CHUNK_BYTES, end - at));
      at += chunk.length;
      if (chunk.length === 0 || at >= end) this.#checkUnchanged();
      yield chunk;
    }
  }

  async #chunk(at: number, length: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafeSlow(length);
    const count =
      length <= INLINE_BYTES
        ? readSync(this.#handle, buffer, 0, length, at)
        : (await readAt(this.#handle, buffer, 0, length, at)).bytesRead;
    if (count === 0) throw this.#changed();
    return buffer.subarray(0, count);
  }

  #bounds({ first, last = Number.POSITIVE_INFINITY }: ByteRange, size: number): [number, number] {
    if (Number.isInteger(first) && first >= 0 && first < size && last >= first)
      return [first, Math.min(size, last + 1)];
    throw storageError(
      'STORAGE_RANGE',
      `Bytes ${first} to ${last} are not in ${this.#place.key}, which has ${size}.`,
    );
  }

  #checkUnchanged(): void {
    const now = fstatSync(this.#handle, { bigint: true });
    if (now.size !== this.#seen.size || generationOf(now) !== generationOf(this.#seen))
      throw this.#changed();
  }

  #changed(): Error {
    return storageError('STORAGE_CHANGED', `${this.#place.key} was changed while it was read.`);
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
  }
}

function openFile(folder: Folder, place: Place): number | undefined {
  try {
    return openSync(folder.at(place.name), FLAGS);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENXIO') return undefined;
    if (code !== 'ELOOP' && code !== 'EMLINK') throw error;
    throw localStorageError('STORAGE_LINK', `${place.key} is a symbolic link.`, { cause: error });
  }
}
