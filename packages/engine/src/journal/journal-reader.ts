import { existsSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { RunId } from '@orchestrate/core';
import type { Fact, FailureRecord, JournalEntry, RunOutcome } from '../events/fact.ts';
import { runError } from '../run-errors.ts';
import { checkSchema } from './schema.ts';
import { translateSqlite } from './sqlite-error.ts';

/** A run as the journal lists it. */
export interface RunRow {
  readonly id: RunId;
  readonly name: string;
  readonly project: string;
  readonly graph: string;
  readonly beganAt: number;
  readonly endedAt?: number;
  readonly outcome?: Exclude<RunOutcome, 'stopped'>;
}

type Row = Record<string, unknown>;

function runRow(row: Row): RunRow {
  const outcome = row['outcome'];
  return {
    id: String(row['id']) as RunId,
    name: String(row['name']),
    project: String(row['project']),
    graph: String(row['graph']),
    beganAt: Number(row['began_at']),
    ...(row['ended_at'] === null ? {} : { endedAt: Number(row['ended_at']) }),
    ...(typeof outcome === 'string' ? { outcome: outcome as Exclude<RunOutcome, 'stopped'> } : {}),
  };
}

/** Longest time between two looks at a journal that is being followed, milliseconds. */
const LONGEST_PAUSE_MS = 400;

/** The reading side of the journal; may be used while a leader writes. */
export class JournalReader implements Disposable {
  readonly file: string;
  readonly db: DatabaseSync;
  readonly #entries: StatementSync;

  constructor(file: string, db: DatabaseSync) {
    this.file = file;
    this.db = db;
    this.#entries = db.prepare(
      'SELECT sequence, at, body FROM event WHERE run=? AND sequence>=? ORDER BY sequence',
    );
  }

  /**
   * Opens the journal for reading only.
   * @throws JOURNAL_MISSING, JOURNAL_CORRUPT, JOURNAL_NEWER
   */
  static open(file: string): JournalReader {
    if (!existsSync(file)) {
      throw runError(
        'JOURNAL_MISSING',
        `There is no journal at ${file}: nothing has run here yet`,
        {
          details: { file },
        },
      );
    }
    try {
      const db = openForReading(file);
      if (!checkSchema(db, file)) {
        throw runError('JOURNAL_MISSING', `The journal ${file} is empty`, { details: { file } });
      }
      return new JournalReader(file, db);
    } catch (error) {
      throw translateSqlite(error, file);
    }
  }

  /** All runs, oldest first. */
  runs(): RunRow[] {
    return this.#guard(() => this.db.prepare('SELECT * FROM run ORDER BY began_at, id').all()).map(
      runRow,
    );
  }

  /** The run that began last. */
  lastRun(): RunRow | undefined {
    const sql = 'SELECT * FROM run ORDER BY began_at DESC, id DESC LIMIT 1';
    const row = this.#guard(() => this.db.prepare(sql).get());
    return row === undefined ? undefined : runRow(row);
  }

  /** One run. */
  run(id: string): RunRow | undefined {
    const row = this.#guard(() => this.db.prepare('SELECT * FROM run WHERE id=?').get(id));
    return row === undefined ? undefined : runRow(row);
  }

  /** Sequence number of the last entry of a run, -1 when it has none. */
  lastSequence(run: RunId): number {
    const sql = 'SELECT coalesce(max(sequence), -1) AS last FROM event WHERE run=?';
    return Number(this.#guard(() => this.db.prepare(sql).get(run))?.['last'] ?? -1);
  }

  /** Entries of a run from a sequence number on, in order, as they are at the moment of the call. */
  *entries(run: RunId, from = 0): Generator<JournalEntry> {
    try {
      for (const row of this.#entries.iterate(run, from)) {
        yield {
          sequence: Number(row['sequence']),
          at: Number(row['at']),
          fact: JSON.parse(String(row['body'])) as Fact,
        };
      }
    } catch (error) {
      if (error instanceof SyntaxError) {
        throw runError(
          'JOURNAL_CORRUPT',
          `The journal ${this.file} holds an entry that is not JSON`,
          {
            details: { file: this.file, run },
            cause: error,
          },
        );
      }
      throw translateSqlite(error, this.file);
    }
  }

  /** Attempts of one task that failed, in order. */
  failuresOf(run: RunId, task: number): { readonly at: number; readonly record: FailureRecord }[] {
    const sql =
      "SELECT at, body FROM event WHERE run=? AND type='attempt-failed' AND json_extract(body, '$.task')=? ORDER BY sequence";
    return this.#guard(() => this.db.prepare(sql).all(run, task)).map((row) => ({
      at: Number(row['at']),
      record: JSON.parse(String(row['body'])) as FailureRecord,
    }));
  }

  /** Entries of one type, in order. */
  *entriesOf(run: RunId, type: Fact['type']): Generator<JournalEntry> {
    const sql = 'SELECT sequence, at, body FROM event WHERE run=? AND type=? ORDER BY sequence';
    for (const row of this.#guard(() => this.db.prepare(sql).all(run, type))) {
      yield {
        sequence: Number(row['sequence']),
        at: Number(row['at']),
        fact: JSON.parse(String(row['body'])) as Fact,
      };
    }
  }

  /** Entries as they come, in batches, beginning with those that are there; ends with the run, or when aborted. */
  async *follow(run: RunId, from = 0, signal?: AbortSignal): AsyncGenerator<JournalEntry[]> {
    let next = from;
    let seen = Number.NaN;
    let pauseMs = 20;
    while (signal?.aborted !== true) {
      const version = Number(this.db.prepare('PRAGMA data_version').get()?.['data_version']);
      const fresh = version === seen ? [] : [...this.entries(run, next)];
      seen = version;
      const last = fresh.at(-1);
      if (last !== undefined) {
        next = last.sequence + 1;
        pauseMs = 20;
        yield fresh;
        if (last.fact.type === 'run-ended') return;
      }
      await pause(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(
        () => undefined,
      );
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);
    }
  }

  #guard<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw translateSqlite(error, this.file);
    }
  }

  [Symbol.dispose](): void {
    if (this.db.isOpen) this.db.close();
  }
}

/** On a read-only folder SQLite cannot make the files that WAL needs; then the file is read as it stands. */
function openForReading(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 2000 });
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return db;
  } catch (error) {
    db.close();
    if (existsSync(`${file}-wal`)) throw error;
    return new DatabaseSync(new URL(`${pathToFileURL(file).href}?immutable=1`), { readOnly: true });
  }
}
