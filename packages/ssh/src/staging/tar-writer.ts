import { createHash } from 'node:crypto';
import { readHashing, readWhole, sha256 } from './digest.ts';
import type { LocalFile } from './file-list.ts';
import { padding, TAR_END, tarHeader } from './tar-header.ts';

/** Small pieces are sent together in pieces of so many bytes. */
const PIECE = 2 ** 18;
/** Files up to so many bytes are read in one piece. */
const ONE_PIECE = 2 ** 20;

/** Gathers small pieces to larger ones. */
class Pieces {
  #parts: Buffer[] = [];
  #bytes = 0;

  add(...parts: Buffer[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      this.#bytes += part.length;
    }
  }

  get isFull(): boolean {
    return this.#bytes >= PIECE;
  }

  empty(): Buffer {
    const whole = Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    return whole;
  }
}

/** A file of ours that comes last in an archive, made when all others were read. */
export interface LastFile {
  readonly path: string;
  readonly content: () => string;
}

/**
 * An archive of these files. Each is told with the digest of exactly the bytes that were written.
 * @throws SSH_TRANSFER_DIGEST when a file changes while it is read
 */
export async function* writeTar(
  files: readonly LocalFile[],
  told: (file: LocalFile, digest: string) => void,
  last?: LastFile,
): AsyncGenerator<Buffer> {
  const pieces = new Pieces();
  for (const file of files) {
    pieces.add(tarHeader(file));
    if (file.type !== 'file') {
      told(file, file.type === 'link' ? `link:${sha256(file.target ?? '')}` : 'directory');
    } else if (file.size <= ONE_PIECE) {
      const bytes = readWhole(file);
      pieces.add(bytes, padding(file.size));
      told(file, sha256(bytes));
    } else {
      yield pieces.empty();
      const sum = createHash('sha256');
      yield* readHashing(file, sum);
      pieces.add(padding(file.size));
      told(file, sum.digest('hex'));
    }
    if (pieces.isFull) yield pieces.empty();
  }
  if (last !== undefined) {
    const bytes = Buffer.from(last.content());
    const entry = { path: last.path, type: 'file', mode: 0o600, mtime: 0 } as const;
    pieces.add(tarHeader({ ...entry, size: bytes.length }), bytes, padding(bytes.length));
  }
  pieces.add(TAR_END);
  yield pieces.empty();
}
