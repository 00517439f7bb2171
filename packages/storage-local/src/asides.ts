import {
  closeSync,
  constants,
  fsync,
  lstatSync,
  openSync,
  readdirSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { systemCode } from './errors.ts';
import type { Folder } from './folder.ts';
import { ownerState, ownToken } from './owner.ts';

const SUFFIX = '.part';
const HOUR_MILLISECONDS = 3_600_000;
const ABANDONED_BY_DEAD_MILLISECONDS = HOUR_MILLISECONDS;
const ABANDONED_ELSEWHERE_MILLISECONDS = 7 * 24 * HOUR_MILLISECONDS;
/** Up to here a write into the page cache is quicker than the way to another thread and back. */
const INLINE_BYTES = 262_144;
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

const flush = promisify(fsync);
const writeAt = promisify(write);

let count = 0;

/** Content on its way: a file beside the store's objects, removed unless it was published. */
export class Aside implements Disposable {
  readonly #folder: Folder;
  readonly #name: string;
  readonly #handle: number;
  #published = false;

  constructor(folder: Folder) {
    count += 1;
    this.#folder = folder;
    this.#name = `${ownToken()}~${count.toString(36)}${Math.random().toString(36).slice(2, 8)}${SUFFIX}`;
    this.#handle = openSync(folder.at(this.#name), FLAGS, 0o666);
  }

  /** A path for immediate use. */
  get path(): string {
    return this.#folder.at(this.#name);
  }

  async append(content: Uint8Array): Promise<void> {
    for (let done = 0; done < content.length; ) {
      const rest = content.length - done;
      done +=
        rest <= INLINE_BYTES
          ? writeSync(this.#handle, content, done, rest)
          : (await writeAt(this.#handle, content, done, rest)).bytesWritten;
    }
  }

  /** Waits until the content is on the disk. */
  async flush(): Promise<void> {
    await flush(this.#handle);
  }

  /** Says that the file is under its key now. */
  published(): void {
    this.#published = true;
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
    if (!this.#published) unlinkSync(this.path);
    this.#folder[Symbol.dispose]();
  }
}

function isAbandoned(folder: Folder, name: string, now: number): boolean {
  const token = name.slice(0, name.lastIndexOf('~'));
  const owner = ownerState(token);
  if (owner === 'alive') return false;
  const idle = now - (lstatSync(folder.at(name), { throwIfNoEntry: false })?.mtimeMs ?? now);
  return (
    idle > (owner === 'dead' ? ABANDONED_BY_DEAD_MILLISECONDS : ABANDONED_ELSEWHERE_MILLISECONDS)
  );
}

/**
 * Names of what killed writers left: their process is gone and nothing was written for an hour; of processes on other
 * machines that cannot be said, so a week has to pass.
 */
export function abandoned(folder: Folder, now: number): readonly string[] {
  return readdirSync(folder.here).filter(
    (name) => name.endsWith(SUFFIX) && isAbandoned(folder, name, now),
  );
}

/** Removes what killed writers left; tells how many. */
export function sweep(folder: Folder, now: number): number {
  const names = abandoned(folder, now);
  for (const name of names) {
    try {
      unlinkSync(folder.at(name));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
  return names.length;
}
