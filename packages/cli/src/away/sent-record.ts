import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostFile, HostStamp } from '@orchestrate/core';

/** What went to the copy of a project on a host, and what came home from it. */
export interface Traffic {
  /** Path below the project's folder -> size and time of what was sent; those of folders end in `/`. */
  readonly sent: Readonly<Record<string, HostStamp>>;
  /** Path -> size and time of what was brought home: unchanged, it is no input of the project. */
  readonly fetched: Readonly<Record<string, HostStamp>>;
}

const NOTHING: Traffic = { sent: {}, fetched: {} };

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

function stampOf(path: string): HostStamp | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : [stat.size, Math.floor(stat.mtimeMs / 1000)];
}

function stampsOf(files: readonly HostFile[]): Record<string, HostStamp> {
  const stamps: Record<string, HostStamp> = {};
  for (const { path, from } of files) {
    const stat = lstatSync(from, { throwIfNoEntry: false });
    const stamp = stampOf(from);
    if (stamp !== undefined) stamps[stat?.isDirectory() ? `${path}/` : path] = stamp;
  }
  return stamps;
}

/** The record with these files as what is there now. */
export function withSent(traffic: Traffic, files: readonly HostFile[]): Traffic {
  return { ...traffic, sent: stampsOf(files) };
}

function isAs(before: HostStamp | undefined, now: HostStamp | undefined): boolean {
  return before !== undefined && before[0] === now?.[0] && before[1] === now[1];
}

/**
 * Files of this machine that must not be written over by what comes from the host: made here, or changed here since they
 * were sent or came.
 */
export function ownFiles(
  files: readonly HostFile[],
  { sent, fetched }: Traffic,
): readonly string[] {
  return Object.entries(stampsOf(files)).flatMap(([path, now]) =>
    path.endsWith('/') || isAs(sent[path], now) || isAs(fetched[path], now) ? [] : [path],
  );
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
  return files.filter(({ path, from }) => !isAs(fetched[path], stampOf(from)));
}
