import { type BigIntStats, constants } from 'node:fs';
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises';
import { stepError } from '../errors.ts';
import { systemCode } from '../system-error.ts';
import { digestOf, readThrough } from './digest.ts';
import type { TreeEntry } from './source-tree.ts';

/** Below this a clone of the blocks saves nothing. */
const CLONE_BYTES = 65_536;

/**
 * Seconds since 1970 as Node hands them to the system: as a floating-point number that is cut off at microseconds, so half
 * of one more keeps it from falling to the one before.
 */
export function secondsOf(mtimeNs: bigint): number {
  return (Number(mtimeNs / 1_000n) + 0.5) / 1e6;
}

function isSame(stat: BigIntStats, entry: TreeEntry): boolean {
  return stat.size === BigInt(entry.size) && stat.mtimeNs === entry.mtimeNs;
}

/** @throws STEP_CHANGED when an open file is not as it was when it was listed */
export async function mustBeUnchanged(
  handle: FileHandle,
  entry: TreeEntry,
  path: string,
): Promise<void> {
  if (isSame(await handle.stat({ bigint: true }), entry)) return;
  throw stepError('STEP_CHANGED', `${path} was changed while it was copied.`, {
    details: { path, failure: 'later' },
  });
}

/** Copies files so that every byte of the copy has been read again from the target. */
export class FileCopier {
  readonly #signal: AbortSignal;
  /** Whether the two disks may share blocks; found out with the first large file. */
  #clones = true;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * Copies content, mode and time of `source` to the new file `target`, flushes it and compares the digests of both.
   * @returns the sha256
   * @throws STEP_CHANGED, STEP_CORRUPT
   */
  async copy(source: string, target: string, entry: TreeEntry): Promise<string> {
    const from = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await mustBeUnchanged(from, entry, source);
      const sha256 = (await this.#clone(source, target, entry))
        ? (await readThrough(from, this.#signal)).sha256
        : await this.#stream(from, target);
      await mustBeUnchanged(from, entry, source);
      await finish(target, entry);
      const copied = await digestOf(target, this.#signal);
      if (copied === sha256) return sha256;
      throw stepError(
        'STEP_CORRUPT',
        `The copy of ${source} was read back with the digest ${copied}, expected ${sha256}.`,
        { details: { path: source, failure: 'later' } },
      );
    } finally {
      await from.close();
    }
  }

  async #clone(source: string, target: string, entry: TreeEntry): Promise<boolean> {
    if (!this.#clones || entry.size < CLONE_BYTES) return false;
    const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;
    try {
      await copyFile(source, target, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') throw error;
      this.#clones = false;
      await rm(target, { force: true });
      return false;
    }
  }

  async #stream(from: FileHandle, target: string): Promise<string> {
    const to = await open(target, 'wx', 0o600);
    try {
      let at = 0;
      const { sha256 } = await readThrough(from, this.#signal, async (block) => {
        for (let done = 0; done < block.length; ) {
          const { bytesWritten } = await to.write(block, done, block.length - done, at);
          done += bytesWritten;
          at += bytesWritten;
        }
      });
      return sha256;
    } finally {
      await to.close();
    }
  }
}

async function finish(target: string, entry: TreeEntry): Promise<void> {
  const handle = await open(target, 'r');
  try {
    await handle.chmod(entry.mode);
    await handle.utimes(secondsOf(entry.mtimeNs), secondsOf(entry.mtimeNs));
    await handle.sync();
  } finally {
    await handle.close();
  }
}
