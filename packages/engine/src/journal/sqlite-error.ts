import type { FlowError } from '@orchestrate/core';
import { runError } from '../run-errors.ts';

/** Primary result codes of SQLite, see https://www.sqlite.org/rescode.html. */
const UNWRITABLE = new Set([8, 10, 13, 14, 23]);
const CORRUPT = new Set([11, 26]);
const BUSY = new Set([5, 6]);

/** The primary result code of an error of `node:sqlite`, or `undefined` when it is something else. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Translates an error of `node:sqlite` on the given file; anything else is handed back as it is. */
export function translateSqlite(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const said = error instanceof Error ? error.message : String(error);
  const more = { details: { file, said }, cause: error };
  if (CORRUPT.has(code)) {
    return runError('JOURNAL_CORRUPT', `The journal ${file} cannot be read: ${said}`, more);
  }
  if (BUSY.has(code)) {
    return runError(
      'JOURNAL_BUSY',
      `The journal ${file} is held by another program: ${said}`,
      more,
    );
  }
  if (UNWRITABLE.has(code)) return unwritable(file, said, error);
  return runError('JOURNAL_CORRUPT', `The journal ${file} cannot be used: ${said}`, more);
}

/** The error for a journal that cannot be written. */
export function unwritable(file: string, said: string, cause: unknown): FlowError {
  return runError('JOURNAL_UNWRITABLE', `The journal ${file} cannot be written: ${said}`, {
    details: { file, said },
    cause,
  });
}
