import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { sshError } from '../errors.ts';
import type { LocalFile } from './file-list.ts';

/** Files up to so many bytes are read in one piece. */
const ONE_PIECE = 2 ** 20;

/** SHA-256 of bytes, in hexadecimal digits. */
export function sha256(bytes: Buffer | string): string {
  return hash('sha256', bytes, 'hex');
}

function changed(from: string): Error {
  return sshError('SSH_TRANSFER_DIGEST', `${from} was changed while it was read`);
}

/** The bytes of a file that has this size. @throws SSH_TRANSFER_DIGEST when it has another one by now */
export function readWhole({ from, size }: LocalFile): Buffer {
  const bytes = Buffer.allocUnsafe(size + 1);
  const file = openSync(from, 'r');
  try {
    let have = 0;
    for (let got = -1; got !== 0; have += got) {
      got = readSync(file, bytes, have, bytes.length - have, null);
      if (have + got > size) throw changed(from);
    }
    if (have < size) throw changed(from);
    return bytes.subarray(0, size);
  } finally {
    closeSync(file);
  }
}

/** The bytes of a file from an offset on, each also given to a hash. @throws SSH_TRANSFER_DIGEST when its size changes */
export async function* readHashing(
  { from, size }: LocalFile,
  sum: Hash,
  start = 0,
): AsyncGenerator<Buffer> {
  let have = start;
  const chunks = createReadStream(from, { start, highWaterMark: 2 ** 20 });
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    have += chunk.length;
    if (have > size) throw changed(from);
    sum.update(chunk);
    yield chunk;
  }
  if (have < size) throw changed(from);
}

/**
 * What the content of an entry is known by: the SHA-256 of a file, or of where a link points; a folder has none.
 * @throws SSH_TRANSFER_DIGEST when a file changes meanwhile
 */
export async function digestOf(file: LocalFile): Promise<string> {
  if (file.type === 'directory') return 'directory';
  if (file.type === 'link') return `link:${sha256(file.target ?? '')}`;
  if (file.size <= ONE_PIECE) return sha256(readWhole(file));
  const sum = createHash('sha256');
  for await (const _chunk of readHashing(file, sum));
  return sum.digest('hex');
}
