import { readFileSync } from 'node:fs';
import { containerProgram } from './container-end.ts';
import type { Keeper } from './keeper.ts';
import type { LocalJob } from './local-job.ts';
import type { ProcessRow, ProcessTable } from './process-table.ts';

const MARK = /(?:^|\0)ORCHESTRATE_JOB=([^\0]*)\0/;

/** The job whose mark is in the environment a process was started with; `undefined` also where the system does not tell. */
function markOf(pid: number): string | undefined {
  try {
    return MARK.exec(readFileSync(`/proc/${pid}/environ`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

/** Processes of a keeper's session or group, without the keeper itself and its watchdog. */
function groupMembers(keeper: Keeper, rows: readonly ProcessRow[]): ProcessRow[] {
  const dog = keeper.watchdogPid;
  return rows.filter(
    (row) =>
      (row.session === keeper.pid || row.group === keeper.pid) &&
      (row.pid !== keeper.pid || keeper.header.kind === 'functions') &&
      (dog === undefined || (row.pid !== dog && row.parent !== dog)),
  );
}

/**
 * Processes that belong to a job: those of its keeper's session that are not marked as another job's, and on Linux also
 * those that left the session but carry the job's mark. The keeper itself is never one of them.
 */
export function survivorsOf(
  key: string,
  keeper: Keeper,
  processes: ProcessTable,
): readonly ProcessRow[] {
  const rows = processes.rows();
  const members = new Set(groupMembers(keeper, rows));
  return rows.filter((row) => {
    const { pid } = row;
    if (pid === process.pid || pid === keeper.pid || pid === keeper.watchdogPid) return false;
    const mark = markOf(pid);
    return mark === key || (mark === undefined && members.has(row));
  });
}

/**
 * Processes whose memory is that of a job. A container is no child of its keeper, and the program that waits for it is
 * not part of the job: then those that carry the job's mark outside the keeper's session.
 */
export function workersOf(
  { key, facts }: LocalJob,
  keeper: Keeper,
  rows: readonly ProcessRow[],
): readonly ProcessRow[] {
  const members = groupMembers(keeper, rows);
  if (containerProgram(facts.container) === undefined) return members;
  const outside = new Set(members);
  return rows.filter((row) => !outside.has(row) && markOf(row.pid) === key);
}

/** Whether a keeper's process is there: the same process, not another one with its number. */
export function isAlive(keeper: Keeper, processes: ProcessTable): boolean {
  const row = processes.row(keeper.pid);
  return row !== undefined && row.startMark === keeper.header.startMark;
}
