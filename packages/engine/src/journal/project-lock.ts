import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { isFlowError } from '@orchestrate/core';
import { runError } from '../run-errors.ts';
import { isEnding } from './is-ending.ts';
import { sqliteCode, translateSqlite, unwritable } from './sqlite-error.ts';
import { makeRealFolder, refuseLink } from './state-folder.ts';

/** How long to wait for a leader that is alive: it may only be looking at something. */
const PATIENCE_MS = 300;
/** How long for one that is dead, whose lock the kernel has not yet taken back. */
const LONG_PATIENCE_MS = 10_000;

/** Who leads, for messages only; the lock itself is in the kernel. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/**
 * The right to lead the runs of one project. Node has no `flock`, but SQLite takes kernel locks on its file: an exclusive
 * transaction held open on a tiny database is gone the moment the process is, however it dies, so there is never anything
 * to unlock by hand.
 */
export class ProjectLock implements Disposable {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * @throws RUN_LOCKED when another process leads, JOURNAL_UNWRITABLE when the folder cannot be written, PROJECT_PATH_LINK
   *   when it is a link
   */
  static take(stateDirectory: string, since: number): ProjectLock {
    const file = join(stateDirectory, 'lock.db');
    try {
      makeRealFolder(dirname(stateDirectory), stateDirectory);
      refuseLink(file);
    } catch (error) {
      if (isFlowError(error)) throw error;
      throw unwritable(file, error instanceof Error ? error.message : String(error), error);
    }
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(file, { timeout: PATIENCE_MS });
      lock(db, stateDirectory);
    } catch (error) {
      db?.close();
      if (sqliteCode(error) === 5) throw locked(stateDirectory);
      throw translateSqlite(error, file);
    }
    const owner: Owner = { pid: process.pid, host: hostname(), since };
    const path = join(stateDirectory, 'leader.json');
    try {
      rmSync(`${path}.new`, { force: true });
      writeFileSync(`${path}.new`, JSON.stringify(owner), { flag: 'wx' });
      renameSync(`${path}.new`, path);
    } catch (error) {
      db.close();
      throw unwritable(path, error instanceof Error ? error.message : String(error), error);
    }
    return new ProjectLock(db);
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

function lock(db: DatabaseSync, stateDirectory: string): void {
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    const owner = sqliteCode(error) === 5 ? readOwner(stateDirectory) : undefined;
    if (owner?.host !== hostname() || !isEnding(owner.pid)) throw error;
    db.exec(`PRAGMA busy_timeout = ${LONG_PATIENCE_MS}`);
    db.exec('BEGIN EXCLUSIVE');
  }
}

/** The owner record of whoever led last. */
export function readOwner(stateDirectory: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(stateDirectory, 'leader.json'), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** Whether a leader is alive right now. Takes a shared lock for an instant, which disturbs nobody. */
export function isLed(stateDirectory: string): boolean {
  const file = join(stateDirectory, 'lock.db');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return sqliteCode(error) === 5;
  } finally {
    db?.close();
  }
}

/** Without the cause: that the database is locked says nothing beside who holds it. */
function locked(stateDirectory: string): Error {
  const owner = readOwner(stateDirectory);
  const who =
    owner === undefined
      ? 'another process'
      : `process ${owner.pid} on ${owner.host} since ${new Date(owner.since).toISOString()}`;
  return runError('RUN_LOCKED', `A run of this project is led by ${who}`, {
    details: { stateDirectory, ...(owner === undefined ? {} : { ...owner }) },
  });
}
