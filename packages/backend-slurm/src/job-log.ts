import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type RemoteHost, shellQuote } from '@orchestrate/ssh';

const CHUNK_BYTES = 64 * 1024;
const LOOK_MS = 250;
const LOOK_THERE_MS = 1000;

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

/** The same for a file on the host. */
export async function* readThere(
  host: RemoteHost,
  path: string,
  goesOn: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (;;) {
    signal?.throwIfAborted();
    const more = await goesOn();
    const script = `[ ! -f ${shellQuote(path)} ] || tail -c +${offset + 1} -- ${shellQuote(path)}`;
    await using stream = await host.stream(script, signal === undefined ? {} : { signal });
    for await (const bytes of stream.stdout as AsyncIterable<Uint8Array>) {
      offset += bytes.length;
      yield bytes;
    }
    if (!more) return;
    await setTimeout(LOOK_THERE_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {
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
