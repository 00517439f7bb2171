import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunLine } from '@orchestrate/engine';

/** Something below `.orchestrate/` that nobody needs any more. */
export interface Leftover {
  /** Absolute path of a file or a folder. */
  readonly path: string;
  readonly what: string;
  readonly bytes: number;
}

async function sizeOf(path: string): Promise<number> {
  const stat = await lstat(path);
  if (!stat.isDirectory()) return stat.size;
  let bytes = 0;
  for (const name of await readdir(path)) bytes += await sizeOf(join(path, name));
  return bytes;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const stat = await lstat(folder);
    // A link would lead somewhere else: what is there is not ours to remove.
    return stat.isDirectory() ? await readdir(folder) : [];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** What decides what may go. */
export interface CleanWish {
  /** Absolute path of `.orchestrate`. */
  readonly stateDirectory: string;
  readonly runs: readonly RunLine[];
  /** How many of the latest finished runs keep their logs. */
  readonly keep: number;
  /** Whether the inputs kept from other storages may go too. */
  readonly cache: boolean;
}

/**
 * Finds what may be removed: folders of finished runs beyond the latest few, folders of runs the journal does not know, and
 * crash logs; on demand the project's own cache of inputs. Runs that are alive or can be resumed are never among them, nor is
 * anything that is reached through a link.
 */
export async function findLeftovers(wish: CleanWish): Promise<readonly Leftover[]> {
  const { stateDirectory, runs, keep, cache } = wish;
  const runsFolder = join(stateDirectory, 'runs');
  const finished = runs
    .filter((line) => line.state !== 'running' && line.state !== 'unfinished')
    .sort((left, right) => right.beganAt - left.beganAt);
  const old = new Set<string>(finished.slice(keep).map((line) => line.run));
  const known = new Set<string>(runs.map((line) => line.run));
  const isLive = runs.some((line) => line.state === 'running');
  const found: Leftover[] = [];
  const add = async (path: string, what: string): Promise<void> => {
    found.push({ path, what, bytes: await sizeOf(path) });
  };
  // While a run is alive, a folder the journal did not know a moment ago may be that of a run just begun.
  const isStranger = (name: string): boolean => !known.has(name) && !isLive;
  for (const name of await namesIn(runsFolder)) {
    if (old.has(name)) await add(join(runsFolder, name), `logs and plan of run ${name}`);
    else if (isStranger(name)) await add(join(runsFolder, name), 'a folder of no known run');
  }
  const ended = new Set<string>(finished.map((line) => line.run));
  const stageFolder = join(stateDirectory, 'stage');
  for (const name of await namesIn(stageFolder)) {
    if (!ended.has(name) && !isStranger(name)) continue;
    await add(join(stageFolder, name), `outputs run ${name} did not publish`);
  }
  for (const name of await namesIn(stateDirectory)) {
    if (/^crash-[0-9TZ-]+\.log$/.test(name)) await add(join(stateDirectory, name), 'a crash log');
    const isMark = /^orchestrate-leader-[-a-z0-9]+\.begun$/.test(name) && !isLive;
    if (isMark) await add(join(stateDirectory, name), 'the mark of a leader');
  }
  // A run that is alive would have to fetch all of it again.
  const mayGo = cache && !isLive && (await namesIn(join(stateDirectory, 'cache'))).length > 0;
  if (mayGo) await add(join(stateDirectory, 'cache'), 'inputs kept from other storages');
  return found;
}
