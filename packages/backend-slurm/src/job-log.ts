import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

const CHUNK_BYTES = 64 * 1024;
const LOOK_MS = 250;

/** Reads a file that grows, until its end is reached and nothing goes on any more. A file that is not there yet is empty. */
export async function* readLog(
  path: string,
  goesOn: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (;;) {
    signal?.throwIfAborted();
    // Asked before the file is read: what a job printed before its end is then read, too.
    const more = await goesOn();
    for await (const bytes of chunks(path, offset)) {
      offset += bytes.length;
      yield bytes;
    }
    if (!more) return;
    await setTimeout(LOOK_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {
      signal?.throwIfAborted();
    });
  }
}

async function* chunks(path: string, from: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    for (let at = from; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
