/** A file up to this size may be read or written without going to another thread and back. */
const SMALL_BYTES = 64 * 1024;

/** A call that takes longer holds up everything else that is under way. */
const QUICK_MS = 0.2;
/** Files after a slow one that are left to other threads, before one is tried again. */
const REST = 64;

/**
 * Whether the disk answers faster than another thread would: true of local disks and what the system has in memory, not of
 * file systems across a network.
 */
class QuickDisk {
  #resting = 0;

  /** Whether the next small file may be dealt with at once. */
  isQuick(bytes: number): boolean {
    if (bytes > SMALL_BYTES) return false;
    if (this.#resting === 0) return true;
    this.#resting -= 1;
    return false;
  }

  /** Does something at once, and notes how long it took. */
  atOnce<T>(act: () => T): T {
    const began = performance.now();
    try {
      return act();
    } finally {
      if (performance.now() - began > QUICK_MS) this.#resting = REST;
    }
  }
}

/** That of this machine, as far as this process has seen it. */
export const quickDisk = new QuickDisk();
