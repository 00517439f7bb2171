import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** `<host>~<pid>~<start of that process>`: tells a process from a later one with the same number. */
function tokenOf(pid: number, host: string): string | undefined {
  if (process.platform !== 'linux') return `${host}~${pid}~0`;
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses and may hold anything, so fields are counted from its end.
    const start = line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
    return `${host}~${pid}~${start}`;
  } catch {
    return undefined;
  }
}

function hostToken(): string {
  return hostname()
    .replaceAll(/[^A-Za-z0-9.-]/g, '_')
    .slice(0, 64);
}

let own: string | undefined;

/** The token of this process. */
export function ownToken(): string {
  own ??= tokenOf(process.pid, hostToken()) ?? `${hostToken()}~${process.pid}~0`;
  return own;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** What is known of the process behind a token; of other machines nothing is. */
export function ownerState(token: string): 'alive' | 'dead' | 'unknown' {
  const match = /^(.+)~([0-9]+)~([0-9]+)$/.exec(token);
  if (match === null || match[1] !== hostToken()) return 'unknown';
  const pid = Number(match[2]);
  if (!isAlive(pid)) return 'dead';
  const present = tokenOf(pid, hostToken());
  return present === undefined || present === token ? 'alive' : 'dead';
}
