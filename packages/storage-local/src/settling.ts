import { execFile } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { promisify } from 'node:util';
import { storageError } from '@orchestrate/core';

const execute = promisify(execFile);

/**
 * Brings many files to the disk at once. One by one, the file system waits for its journal for each of them, which takes ten
 * times as long as writing them; `sync --file-system` (syncfs(2), of GNU coreutils and BusyBox) waits once for all.
 */
export class Settling {
  readonly #root: string;
  #able: Promise<boolean> | undefined;
  #device: bigint | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Whether what is written to a device now may be brought to the disk by {@link settle}; the caller is bound to call it. Only
   * what is on the root's own file system can be: another one may be mounted below it. The root must be there.
   */
  async defers(device?: bigint): Promise<boolean> {
    if (!(await this.#isAble())) return false;
    this.#device ??= lstatSync(this.#root, { bigint: true }).dev;
    return device === undefined || device === this.#device;
  }

  /** @throws STORAGE_UNAVAILABLE when the system cannot bring everything to the disk */
  async settle(): Promise<void> {
    // Nothing was put off then.
    if (!(await this.#isAble())) return;
    try {
      await this.#sync();
    } catch (cause) {
      const why = (cause instanceof Error ? cause.message : String(cause)).trim();
      const message = `What was written below ${this.#root} could not be brought to the disk: ${why}`;
      throw storageError('STORAGE_UNAVAILABLE', message, { details: { path: this.#root }, cause });
    }
  }

  #isAble(): Promise<boolean> {
    this.#able ??= this.#try();
    return this.#able;
  }

  async #try(): Promise<boolean> {
    // Elsewhere the program takes no folder, and may return before the disk has everything.
    if (process.platform !== 'linux') return false;
    try {
      await this.#sync();
      return true;
    } catch {
      return false;
    }
  }

  async #sync(): Promise<void> {
    await execute('sync', ['-f', '--', this.#root]);
  }
}
