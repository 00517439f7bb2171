import type { DatabaseSync } from 'node:sqlite';

import { runError } from '../run-errors.ts';

/** Moves whenever a table changes in a way that older programs would misread. */
const SCHEMA_VERSION = 1;

/** Marks the file as ours: "Orch". */
const APPLICATION_ID = 0x4f726368;

const TABLES = `
CREATE TABLE IF NOT EXISTS run(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, project TEXT NOT NULL, graph TEXT NOT NULL,
  began_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event(
  run TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY(run, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request(
  id INTEGER PRIMARY KEY, run TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS digest(
  path TEXT PRIMARY KEY, identity TEXT NOT NULL, sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS labels(digest TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS memory(
  name TEXT NOT NULL, digest TEXT NOT NULL, run TEXT NOT NULL, saved INTEGER NOT NULL, size INTEGER NOT NULL,
  finished INTEGER NOT NULL, bytes INTEGER NOT NULL, head TEXT NOT NULL,
  done BLOB NOT NULL, fingerprints BLOB NOT NULL, inputs TEXT, outputs TEXT, results TEXT, specs BLOB,
  PRIMARY KEY(name, digest)
) STRICT;
CREATE TABLE IF NOT EXISTS change(
  run TEXT NOT NULL, task INTEGER NOT NULL, field TEXT NOT NULL, before TEXT, after TEXT, PRIMARY KEY(run, task)
) STRICT, WITHOUT ROWID;
`;

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return Number(row?.[name] ?? 0);
}

/** Whether the file holds a journal already; refuses one that a newer program wrote, or that is something else. */
export function checkSchema(db: DatabaseSync, file: string): boolean {
  const application = pragma(db, 'application_id');
  if (application === 0 && pragma(db, 'user_version') === 0) return false;
  if (application !== APPLICATION_ID) {
    throw runError('JOURNAL_CORRUPT', `${file} is a database, but not a journal of Orchestrate`, {
      details: { file },
    });
  }
  const version = pragma(db, 'user_version');
  if (version > SCHEMA_VERSION) {
    throw runError(
      'JOURNAL_NEWER',
      `The journal ${file} has version ${version}; this program reads up to ${SCHEMA_VERSION}`,
      { details: { file, version, expected: SCHEMA_VERSION } },
    );
  }
  return true;
}

/** Makes the tables of a new journal, all or none. */
export function createSchema(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  db.exec(TABLES);
  db.exec(`PRAGMA application_id=${APPLICATION_ID}`);
  db.exec(`PRAGMA user_version=${SCHEMA_VERSION}`);
  db.exec('COMMIT');
}
