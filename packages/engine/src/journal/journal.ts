import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isFlowError, type RunId } from '@orchestrate/core';
import type { Fact, JournalEntry, RunOutcome } from '../events/fact.ts';
import { JournalReader } from './journal-reader.ts';
import { checkSchema, createSchema } from './schema.ts';
import { translateSqlite, unwritable } from './sqlite-error.ts';
import { journalPath, makeRealFolder, refuseLink, STATE_FOLDER } from './state-folder.ts';

/** What a new run is entered as. */
export interface NewRun {
  readonly id: RunId;
  readonly name: string;
  /** Digest of the effective project. */
  readonly project: string;
  /** Digest of the planned graph. */
  readonly graph: string;
  readonly beganAt: number;
}

/** Facts of one moment, milliseconds since 1970. */
export interface FactsAt {
  readonly at: number;
  readonly facts: readonly Fact[];
}

/** What somebody outside asks of the leader. */
export interface PersonRequest {
  readonly request: 'drain' | 'pause' | 'continue' | 'cancel' | 'detach';
  readonly tasks?: readonly number[];
}

/**
 * The leader's side of the journal: appends facts, many in one transaction, durable when the call returns.
 * Everything written goes through `redact` first; this is the one place where facts leave the process.
 */
export class Journal implements Disposable {
  readonly file: string;
  readonly db: DatabaseSync;
  readonly reader: JournalReader;
  readonly #redact: (text: string) => string;
  readonly #insert: StatementSync;
  readonly #next = new Map<RunId, number>();
  #lastRequest: number;

  private constructor(file: string, db: DatabaseSync, redact: (text: string) => string) {
    this.file = file;
    this.db = db;
    this.#redact = redact;
    this.reader = new JournalReader(file, db);
    this.#insert = db.prepare('INSERT INTO event(run, sequence, at, type, body) VALUES(?,?,?,?,?)');
    this.#lastRequest = Number(
      db.prepare('SELECT coalesce(max(id), 0) AS id FROM request').get()?.['id'] ?? 0,
    );
  }

  /**
   * Opens, or makes, the journal of a project.
   * @throws JOURNAL_CORRUPT, JOURNAL_NEWER, JOURNAL_UNWRITABLE, JOURNAL_BUSY
   */
  static open(projectDirectory: string, redact: (text: string) => string): Journal {
    const file = journalPath(projectDirectory);
    try {
      makeRealFolder(projectDirectory, join(projectDirectory, STATE_FOLDER));
      for (const end of ['', '-wal', '-shm']) refuseLink(`${file}${end}`);
    } catch (error) {
      if (isFlowError(error)) throw error;
      throw unwritable(file, error instanceof Error ? error.message : String(error), error);
    }
    try {
      const db = new DatabaseSync(file, { timeout: 5000 });
      if (!checkSchema(db, file)) {
        db.exec('PRAGMA journal_mode=WAL');
        createSchema(db);
      }
      db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000');
      return new Journal(file, db, redact);
    } catch (error) {
      throw translateSqlite(error, file);
    }
  }

  /** Runs a piece of work in one transaction; nothing of it is written when it throws. */
  transact<T>(work: () => T): T {
    try {
      this.db.exec('BEGIN IMMEDIATE');
      try {
        const value = work();
        this.db.exec('COMMIT');
        return value;
      } catch (error) {
        this.#rollback();
        throw error;
      }
    } catch (error) {
      throw translateSqlite(error, this.file);
    }
  }

  #rollback(): void {
    try {
      this.db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself already, as it does when the disk is full.
    }
  }

  /** Enters a run. Its facts follow by {@link append}. */
  addRun(run: NewRun): void {
    this.transact(() => {
      this.db
        .prepare('INSERT INTO run(id, name, project, graph, began_at) VALUES(?,?,?,?,?)')
        .run(run.id, run.name, run.project, run.graph, run.beganAt);
    });
  }

  /** Appends facts in one transaction and answers them as written, redacted; durable when the call returns. */
  append(run: RunId, at: number, facts: readonly Fact[]): JournalEntry[] {
    return this.appendAll(run, [{ at, facts }]);
  }

  /** {@link append} for facts of several moments. */
  appendAll(run: RunId, moments: readonly FactsAt[]): JournalEntry[] {
    if (moments.every(({ facts }) => facts.length === 0)) return [];
    const first = this.#next.get(run) ?? this.reader.lastSequence(run) + 1;
    const entries = this.transact(() => {
      const written: JournalEntry[] = [];
      for (const { at, facts } of moments) {
        for (const fact of facts) written.push(this.#write(run, first + written.length, at, fact));
      }
      return written;
    });
    this.#next.set(run, first + entries.length);
    return entries;
  }

  #write(run: RunId, sequence: number, at: number, fact: Fact): JournalEntry {
    const text = JSON.stringify(fact);
    const clean = this.#redact(text);
    this.#insert.run(run, sequence, at, fact.type, clean);
    this.#noteEnd(run, at, fact);
    return { sequence, at, fact: clean === text ? fact : (JSON.parse(clean) as Fact) };
  }

  #noteEnd(run: RunId, at: number, fact: Fact): void {
    let outcome: RunOutcome | undefined;
    if (fact.type === 'run-ended') outcome = fact.outcome;
    if (outcome === undefined) return;
    this.db.prepare('UPDATE run SET ended_at=?, outcome=? WHERE id=?').run(at, outcome, run);
  }

  /** Requests of other processes that have come in since the last call, in order. */
  takeRequests(run: RunId): PersonRequest[] {
    const rows = this.db
      .prepare('SELECT id, body FROM request WHERE run=? AND id>? ORDER BY id')
      .all(run, this.#lastRequest);
    const requests: PersonRequest[] = [];
    for (const row of rows) {
      this.#lastRequest = Number(row['id']);
      requests.push(JSON.parse(String(row['body'])) as PersonRequest);
    }
    return requests;
  }

  [Symbol.dispose](): void {
    if (this.db.isOpen) this.db.close();
  }
}

/** Leaves a request for the leader of a run, which looks for them a few times a second. */
export function leaveRequest(
  projectDirectory: string,
  run: RunId,
  at: number,
  request: PersonRequest,
): void {
  using journal = Journal.open(projectDirectory, (text) => text);
  journal.transact(() => {
    journal.db
      .prepare('INSERT INTO request(run, at, body) VALUES(?,?,?)')
      .run(run, at, JSON.stringify(request));
  });
}
