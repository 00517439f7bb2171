import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { JobExit, JobKey, PackProgress } from '@orchestrate/core';
import { exitOfForce, exitOfStatus } from './exit-class.ts';
import { Keeper, keeperPaths } from './keeper.ts';
import { RecordFile } from './record-file.ts';
import type { ForcedReason, JobFacts, KeeperHeader, KeeperRecord } from './records.ts';

/** What one record file tells of one job. */
export interface Claim {
  /** Whether a leader said after its end that nobody asks for it any more; a journal that lost its tail may ask all the same. */
  isForgotten: boolean;
  readonly key: JobKey;
  readonly facts: JobFacts;
  state: 'queued' | 'refused' | 'started' | 'ended';
  startedAt: number | undefined;
  forced: ForcedReason | undefined;
  exit: JobExit | undefined;
  readonly progress: PackProgress[];
}

/** A keeper of an earlier leader, with what it recorded. */
export interface FoundKeeper {
  readonly keeper: Keeper;
  /** In the order in which the jobs were handed over. */
  readonly claims: readonly Claim[];
  /** When the last record was written. */
  readonly modifiedAt: number;
}

function apply(claim: Claim, record: KeeperRecord): void {
  switch (record.kind) {
    case 'started':
      claim.state = 'started';
      claim.startedAt = record.at;
      return;
    case 'ended':
      claim.state = 'ended';
      claim.exit = exitOfStatus(record.code, claim.facts);
      return;
    case 'finished':
      claim.state = 'ended';
      claim.exit = record.exit;
      return;
    case 'no-directory':
      claim.state = 'ended';
      claim.exit = {
        outcome: 'user-error',
        message: 'nothing was started: there is no working directory',
      };
      return;
    case 'refused':
      // Taken back before it began, or forgotten after its end.
      if (claim.state === 'queued') claim.state = 'refused';
      else if (claim.state === 'ended') claim.isForgotten = true;
      return;
    case 'forced':
      if (claim.state !== 'ended') claim.forced ??= record.reason;
      return;
    case 'progress':
      claim.progress.push(record.progress);
      return;
    default:
  }
}

/** What a file's records come to: one claim for each job, in the order handed over. Pure. */
export function foldRecords(records: readonly KeeperRecord[]): {
  readonly header: KeeperHeader | undefined;
  readonly watchdogPid: number | undefined;
  readonly claims: readonly Claim[];
} {
  let header: KeeperHeader | undefined;
  let watchdogPid: number | undefined;
  const claims = new Map<string, Claim>();
  for (const record of records) {
    if (record.kind === 'header') header = record.header;
    else if (record.kind === 'watchdog') watchdogPid = record.pid;
    else if (record.kind === 'queued') {
      claims.set(record.key, {
        key: record.key as JobKey,
        facts: record.facts,
        state: 'queued',
        startedAt: undefined,
        forced: undefined,
        exit: undefined,
        progress: [],
        isForgotten: false,
      });
    } else {
      const claim = claims.get(record.key);
      if (claim !== undefined) apply(claim, record);
    }
  }
  for (const claim of claims.values()) {
    if (claim.state !== 'ended' || claim.forced === undefined) continue;
    claim.exit = exitOfForce(claim.forced, claim.facts, claim.exit);
  }
  return { header, watchdogPid, claims: [...claims.values()] };
}

const RANK = { refused: 0, queued: 1, started: 2, ended: 3 } satisfies Record<
  Claim['state'],
  number
>;

/**
 * Whether a claim tells more of a job than another one: a job taken back from one keeper and given to the next is in
 * both files. Pure.
 */
export function outranks(claim: Claim, other: Claim): boolean {
  return RANK[claim.state] > RANK[other.state];
}

const RECORD_SUFFIX = '.rec';

/** Opens the record files in a folder, other than those of keepers known already. */
export function findKeepers(directory: string, known: ReadonlySet<string>): FoundKeeper[] {
  const found: FoundKeeper[] = [];
  for (const name of readdirSync(directory).sort()) {
    const id = basename(name, RECORD_SUFFIX);
    if (!name.endsWith(RECORD_SUFFIX) || known.has(id)) continue;
    const paths = keeperPaths(directory, id);
    const records = new RecordFile(paths.records, false);
    const { header, watchdogPid, claims } = foldRecords(records.read());
    if (header === undefined) {
      records[Symbol.dispose]();
      continue;
    }
    const keeper = new Keeper(id, header, { paths, records });
    keeper.watchdogPid = watchdogPid;
    found.push({ keeper, claims, modifiedAt: records.modifiedAt() });
  }
  return found;
}
