import { createHash, hash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';

/** Up to here a file is read at once: a stream costs more than the content. */
const SMALL_BYTES = 1024 * 1024;

/** Lower-case hex sha256 of a file whose size is known. */
export async function sha256OfFile(path: string, bytes: number): Promise<string> {
  if (bytes <= SMALL_BYTES) return hash('sha256', readFileSync(path), 'hex');
  const digest = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: SMALL_BYTES }))
    digest.update(piece as Uint8Array);
  return digest.digest('hex');
}
