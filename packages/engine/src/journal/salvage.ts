import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createSchema } from './schema.ts';

/** What could be read of a damaged journal. */
export interface Salvage {
  /** A sound journal with everything that could be read. */
  readonly file: string;
  readonly runs: number;
  readonly entries: number;
}

const COPIED = ['run', 'event', 'labels', 'digest', 'memory'] as const;

function copyRows(from: DatabaseSync, to: DatabaseSync, table: string, order: string): number {
  let copied = 0;
  let insert: ReturnType<DatabaseSync['prepare']> | undefined;
  try {
    for (const row of from.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).iterate()) {
      const names = Object.keys(row);
      insert ??= to.prepare(
        `INSERT OR IGNORE INTO ${table}(${names.join(',')}) VALUES(${names.map(() => '?').join(',')})`,
      );
      copied += Number(insert.run(...names.map((name) => row[name] ?? null)).changes);
    }
  } catch {
    // The damaged page is reached; the caller tries again from the other end.
  }
  return copied;
}

const KEYS: Readonly<Record<(typeof COPIED)[number], readonly string[]>> = {
  run: ['id'],
  event: ['run', 'sequence'],
  labels: ['digest'],
  digest: ['path'],
  memory: ['name', 'digest'],
};

/**
 * Copies what can be read of a damaged journal into a new one beside it; the damaged file is not touched. Tables are read
 * from both ends, so that one bad page costs only what lies on it. `undefined` when nothing could be saved.
 */
export function salvageJournal(file: string, now: number): Salvage | undefined {
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
  const copy = `${file}.damaged-${stamp}`;
  const saved = `${file}.saved-${stamp}`;
  let from: DatabaseSync | undefined;
  let to: DatabaseSync | undefined;
  try {
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    from = new DatabaseSync(copy);
    to = new DatabaseSync(saved);
    createSchema(to);
    const counts = new Map<string, number>();
    for (const table of COPIED) {
      const keys = KEYS[table];
      const forth = copyRows(from, to, table, keys.join(','));
      const back = copyRows(from, to, table, keys.map((key) => `${key} DESC`).join(','));
      counts.set(table, forth + back);
    }
    const [runs, entries] = [counts.get('run') ?? 0, counts.get('event') ?? 0];
    return runs === 0 ? undefined : { file: saved, runs, entries };
  } catch {
    // Nothing readable; the damaged journal itself stays where it is.
    return undefined;
  } finally {
    from?.close();
    to?.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${copy}${end}`, { force: true });
  }
}
