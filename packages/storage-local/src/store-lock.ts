import { createRequire } from 'node:module';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storageError } from '@orchestrate/core';

const WAIT_MILLISECONDS = 5000;
const load = createRequire(import.meta.url);

/**
 * The lock under which a store changes what is behind a key, held by one process of this machine at a time and for
 * microseconds. It is the file lock of a SQLite database, which the kernel takes back when the process dies, so there is
 * never one to clear by hand. Node offers no file locks of its own.
 */
export class StoreLock implements Disposable {
  readonly #path: string;
  #database: DatabaseSync | undefined;
  #begin: StatementSync | undefined;
  #end: StatementSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Does something while nobody else does. Synchronous, so that nothing can come in between. */
  hold<T>(change: () => T): T {
    this.#take();
    try {
      return change();
    } finally {
      this.#end?.run();
    }
  }

  #take(): void {
    try {
      this.#open();
      this.#begin?.run();
    } catch (error) {
      throw storageError(
        'STORAGE_UNAVAILABLE',
        `The lock ${this.#path} cannot be taken: ${String(error)}`,
        {
          details: { path: this.#path },
          cause: error,
        },
      );
    }
  }

  #open(): void {
    if (this.#database !== undefined) return;
    const sqlite = load('node:sqlite') as typeof import('node:sqlite');
    this.#database = new sqlite.DatabaseSync(this.#path, { timeout: WAIT_MILLISECONDS });
    // The database stays empty. To begin one, SQLite would otherwise make a journal file each time and remove it again,
    // which takes ten times as long and waits for whatever the disk is flushing.
    this.#database.exec('PRAGMA journal_mode=MEMORY');
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE');
    this.#end = this.#database.prepare('ROLLBACK');
  }

  [Symbol.dispose](): void {
    this.#database?.close();
    this.#database = undefined;
  }
}
