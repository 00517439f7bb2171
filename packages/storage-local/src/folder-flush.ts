import { closeSync, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';

const flushFile = promisify(fsync);

/** Only the flush itself is worth the way to another thread. */
async function flushPath(path: string): Promise<void> {
  const handle = openSync(path, 'r');
  try {
    await flushFile(handle);
  } finally {
    closeSync(handle);
  }
}

/** Flushes a file by its path. */
export const flushFileAt = flushPath;

/** Flushes the entries of folders; callers that come while a flush is under way share the next one. */
export class FolderFlush {
  readonly #running = new Map<string, Promise<void>>();
  readonly #queued = new Map<string, Promise<void>>();

  /** Resolves once everything done in the folder before the call is on the disk. */
  async flush(path: string): Promise<void> {
    const running = this.#running.get(path);
    if (running === undefined) return this.#start(path);
    let queued = this.#queued.get(path);
    if (queued === undefined) {
      queued = running
        .catch(() => {})
        .then(() => {
          this.#queued.delete(path);
          return this.#start(path);
        });
      this.#queued.set(path, queued);
    }
    return queued;
  }

  #start(path: string): Promise<void> {
    const flushing = flushPath(path).finally(() => this.#running.delete(path));
    this.#running.set(path, flushing);
    return flushing;
  }
}
