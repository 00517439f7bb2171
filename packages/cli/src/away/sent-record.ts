import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostFile } from '@orchestrate/core';

type Stamp = readonly [size: number, modified: number];

/** What went to the copy of a project on a host, and what came home from it. */
export interface Traffic {
  /** Paths below the project's folder; those of folders end in `/`. */
  readonly sent: readonly string[];
  /** Path -> size and time of what was brought home: unchanged, it is no input of the project. */
  readonly fetched: Readonly<Record<string, Stamp>>;
}

const NOTHING: Traffic = { sent: [], fetched: {} };

/** Folder of this machine for what belongs to the copy on the host of a backend. */
export function homeOfCopy(project: string, backend: string): string {
  return join(project, '.orchestrate', 'on', backend);
}

function fileOf(project: string, backend: string): string {
  return join(homeOfCopy(project, backend), 'traffic.json');
}

/** A record that is not there or cannot be read costs only that files are looked at again. */
export function readTraffic(project: string, backend: string): Traffic {
  try {
    return {
      ...NOTHING,
      ...(JSON.parse(readFileSync(fileOf(project, backend), 'utf8')) as Traffic),
    };
  } catch {
    return NOTHING;
  }
}

export function writeTraffic(project: string, backend: string, traffic: Traffic): void {
  const file = fileOf(project, backend);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(traffic));
  renameSync(`${file}.new`, file);
}

function stampOf(path: string): Stamp | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : [stat.size, Math.floor(stat.mtimeMs / 1000)];
}

/** A path as it stands in the record. */
export function recorded({ path, from }: HostFile): string {
  return lstatSync(from).isDirectory() ? `${path}/` : path;
}

/** The record with files that have just come home. */
export function withFetched(traffic: Traffic, project: string, paths: readonly string[]): Traffic {
  const stamps = paths.flatMap((path) => {
    const stamp = stampOf(join(project, path));
    return stamp === undefined ? [] : [[path, stamp] as const];
  });
  return { ...traffic, fetched: { ...traffic.fetched, ...Object.fromEntries(stamps) } };
}

/** Without files that came from the host and are still as they came: there may be newer ones by now. */
export function withoutFetched(files: readonly HostFile[], { fetched }: Traffic): HostFile[] {
  return files.filter(({ path, from }) => {
    const before = Object.hasOwn(fetched, path) ? fetched[path] : undefined;
    if (before === undefined) return true;
    const now = stampOf(from);
    return now === undefined || now[0] !== before[0] || now[1] !== before[1];
  });
}
