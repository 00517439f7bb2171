import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const CHUNK_BYTES = 64 * 1024;
const LOOK_MS = 100;

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Waits a little, or throws the reason of the signal as soon as it aborts. */
async function waitUnlessAborted(signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(LOOK_MS, undefined, signal === undefined ? {} : { signal });
  } catch {
    signal?.throwIfAborted();
  }
}

/** What a log file holds; while `goesOn()`, waits for more. Throws the reason of the signal when it aborts. */
export async function* readLog(
  path: string,
  goesOn: () => boolean,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let file: FileHandle | undefined;
  let offset = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      // Asked before the read: what was written before the end is then certainly read.
      const more = goesOn();
      file ??= await openIfThere(path);
      for (;;) {
        const buffer = Buffer.alloc(CHUNK_BYTES);
        const bytes = (await file?.read(buffer, 0, CHUNK_BYTES, offset))?.bytesRead ?? 0;
        if (bytes === 0) break;
        offset += bytes;
        yield buffer.subarray(0, bytes);
      }
      if (!more) return;
      await waitUnlessAborted(signal);
    }
  } finally {
    await file?.close();
  }
}
