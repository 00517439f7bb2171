import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { throwIfStopped } from '../stopped.ts';

const BLOCK_BYTES = 1_048_576;

/** Blocks that file contents pass through; each is used by one file at a time. */
const spare: Buffer[] = [];

/** Reads an open file from its beginning and hands on each block; returns the sha256 of all and how many bytes there were. */
export async function readThrough(
  handle: FileHandle,
  signal: AbortSignal,
  use?: (block: Buffer) => Promise<void>,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  const block = spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let bytes = 0;
  try {
    for (;;) {
      throwIfStopped(signal);
      const { bytesRead } = await handle.read(block, 0, block.length, bytes);
      if (bytesRead === 0) break;
      const part = block.subarray(0, bytesRead);
      hash.update(part);
      if (use !== undefined) await use(part);
      bytes += bytesRead;
    }
  } finally {
    spare.push(block);
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** The sha256 of a file. A link is not followed. */
export async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return (await readThrough(handle, signal)).sha256;
  } finally {
    await handle.close();
  }
}
