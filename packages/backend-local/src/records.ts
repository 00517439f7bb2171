import type { JobExit, PackProgress } from '@orchestrate/core';

/** Why a job was ended by force. */
export type ForcedReason = 'cancelled' | 'timeout' | 'out-of-memory';

/** What a later leader must know of a job that was handed over; never a secret. */
export interface JobFacts {
  readonly kind: 'command' | 'functions';
  readonly logPath: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** Whether `memoryBytes` is a limit and not only a reservation. */
  readonly memoryLimited?: true;
  readonly timeSeconds?: number;
  /** Container program under which the job runs; the container's name is the job's key. */
  readonly container?: ContainerFacts;
}

/** How to reach the container of a job. */
export interface ContainerFacts {
  readonly runtime: 'podman' | 'docker' | 'apptainer';
  readonly program: string;
}

/** First record of a file: which process keeps it. */
export interface KeeperHeader {
  readonly kind: 'commands' | 'functions';
  readonly pid: number;
  /** Mark of the process's start, see {@link ProcessTable.startMark}. */
  readonly startMark: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** One line of a keeper's record file. */
export type KeeperRecord =
  | { readonly kind: 'header'; readonly header: KeeperHeader }
  /** Written by the leader before the job is handed over. */
  | { readonly kind: 'queued'; readonly key: string; readonly facts: JobFacts }
  /** `at`: milliseconds since 1970, where the keeper knows it. */
  | { readonly kind: 'started'; readonly key: string; readonly at?: number }
  /** `log`: the log could not be opened, so nothing was started. */
  | { readonly kind: 'ended'; readonly key: string; readonly code: number | 'log' }
  | { readonly kind: 'no-directory'; readonly key: string }
  /** Certainly not started and never will be by this keeper. */
  | { readonly kind: 'refused'; readonly key: string }
  /** Written before the first signal is sent. */
  | { readonly kind: 'forced'; readonly key: string; readonly reason: ForcedReason }
  | { readonly kind: 'watchdog'; readonly pid: number }
  | { readonly kind: 'progress'; readonly key: string; readonly progress: PackProgress }
  | { readonly kind: 'finished'; readonly key: string; readonly exit: JobExit };

const KEY = /^[a-z0-9-]{1,64}$/;
const REASONS: readonly string[] = [
  'cancelled',
  'timeout',
  'out-of-memory',
] satisfies ForcedReason[];

/** Whether a text may stand for a job in records and file names. */
export function isRecordKey(text: string): boolean {
  return KEY.test(text);
}

function parseJson<T>(text: string): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

function parseEnded(key: string, rest: string): KeeperRecord | undefined {
  if (rest === 'log') return { kind: 'ended', key, code: 'log' };
  return /^[0-9]{1,3}$/.test(rest) ? { kind: 'ended', key, code: Number(rest) } : undefined;
}

function parseKeyed(letter: string, key: string, rest: string): KeeperRecord | undefined {
  switch (letter) {
    case 's':
      return /^[0-9]+$/.test(rest)
        ? { kind: 'started', key, at: Number(rest) }
        : { kind: 'started', key };
    case 'e':
      return parseEnded(key, rest);
    case 'd':
      return { kind: 'no-directory', key };
    case 'r':
      return { kind: 'refused', key };
    case 'x':
      return REASONS.includes(rest)
        ? { kind: 'forced', key, reason: rest as ForcedReason }
        : undefined;
    case 'q': {
      const facts = parseJson<JobFacts>(rest);
      return facts === undefined ? undefined : { kind: 'queued', key, facts };
    }
    case 'p': {
      const progress = parseJson<PackProgress>(rest);
      return progress === undefined ? undefined : { kind: 'progress', key, progress };
    }
    case 'f': {
      const exit = parseJson<JobExit>(rest);
      return exit === undefined ? undefined : { kind: 'finished', key, exit };
    }
    default:
      return undefined;
  }
}

/** Last character of a record: without it, the line was cut off, and what is left might be mistaken for another record. */
const END = '.';

/** Reads one line; `undefined` for anything that is not a whole record, such as the rest of a write that was cut off. */
export function parseRecord(whole: string): KeeperRecord | undefined {
  if (!whole.endsWith(END)) return undefined;
  const line = whole.slice(0, -END.length);
  const letter = line.charAt(0);
  if (line.charAt(1) !== ' ') return undefined;
  if (letter === 'h') {
    const header = parseJson<KeeperHeader>(line.slice(2));
    return header === undefined ? undefined : { kind: 'header', header };
  }
  if (letter === 'w') {
    const pid = Number(line.slice(2));
    return Number.isInteger(pid) && pid > 1 ? { kind: 'watchdog', pid } : undefined;
  }
  const gap = line.indexOf(' ', 2);
  const key = gap === -1 ? line.slice(2) : line.slice(2, gap);
  if (!isRecordKey(key)) return undefined;
  return parseKeyed(letter, key, gap === -1 ? '' : line.slice(gap + 1));
}

/** The text of a record that the leader writes; begins with a newline, so that a cut-off line before it harms only itself. */
export function formatRecord(
  record: Extract<KeeperRecord, { kind: 'header' | 'queued' | 'forced' | 'refused' }>,
): string {
  switch (record.kind) {
    case 'header':
      return `\nh ${JSON.stringify(record.header)}${END}\n`;
    case 'queued':
      return `\nq ${record.key} ${JSON.stringify(record.facts)}${END}\n`;
    case 'forced':
      return `\nx ${record.key} ${record.reason}${END}\n`;
    case 'refused':
      return `\nr ${record.key}${END}\n`;
  }
}
