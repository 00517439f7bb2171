import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { measureGood, mustEqual, tidy } from './measure.ts';
import { project } from './project.ts';
import type { Benchmark, Figures } from './report.ts';

const FOLDERS = 10_000;
const FILES = 20;
/** In so many rounds, each of them in turn by both, so that what else the machine does meets both. */
const ROUNDS = 4;
const PER_ROUND = FOLDERS / ROUNDS;
/** A file system in memory. */
const MEMORY = '/dev/shm';
/** What the folders of a round take there, with room to spare. */
const ROOM_BYTES = 4 * 1024 ** 3;
const WORKER = join(import.meta.dirname, 'directories-worker.ts');

/** Files of 1 to 5 KiB, a quarter of them in a folder below. */
function template(): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: FILES }, (_, n) => [
      `template/${n % 4 === 0 ? 'input/' : ''}file-${n}.txt`,
      `${n} `.repeat(Math.floor(((1 + (n % 5)) * 1024) / `${n} `.length)),
    ]),
  );
}

/** Seconds until several commands, begun together, have all ended. */
async function together(commands: readonly (readonly [string, ...string[]])[]): Promise<number> {
  const began = performance.now();
  await Promise.all(commands.map((command) => measureGood(command)));
  return (performance.now() - began) / 1000;
}

function parts<T>(count: number, act: (first: number, end: number) => T): T[] {
  return Array.from({ length: count }, (_, n) =>
    act(Math.floor((PER_ROUND * n) / count), Math.floor((PER_ROUND * (n + 1)) / count)),
  );
}

function check(parent: string, folder: string): void {
  const names = readdirSync(parent).filter((name) => name.startsWith('run-'));
  mustEqual('folders', names.length, PER_ROUND);
  const paths = readdirSync(join(folder, 'template'), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((_, n) => n % 97 === 0)) {
    mustEqual('entries', readdirSync(join(parent, name), { recursive: true }).length, paths.length);
    for (const path of paths) {
      const [made, given] = [join(parent, name, path), join(folder, 'template', path)];
      const [is, was] = [statSync(made), statSync(given)];
      mustEqual('mode', is.mode, was.mode);
      mustEqual('time', Math.floor(is.mtimeMs), Math.floor(was.mtimeMs));
      if (was.isFile()) mustEqual('content', readFileSync(made).equals(readFileSync(given)), true);
    }
  }
}

/** A folder on one file system, in which everything the benchmark makes there lies. */
interface Place {
  readonly name: 'disk' | 'memory';
  readonly base: string;
}

/** The file system of the repository, and one in memory, where there is one with room: what a disk does to both is not in it. */
function places(): Place[] {
  const disk: Place = { name: 'disk', base: project('directories', template()) };
  if (!existsSync(MEMORY)) return [disk];
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < ROOM_BYTES) return [disk];
  const base = mkdtempSync(join(MEMORY, 'orchestrate-directories-'));
  process.on('exit', () => rmSync(base, { recursive: true, force: true }));
  cpSync(join(disk.base, 'template'), join(base, 'template'), {
    recursive: true,
    preserveTimestamps: true,
  });
  return [disk, { name: 'memory', base }];
}

function make(base: string, parent: string): Promise<number> {
  const folders = parts(availableParallelism(), (first, end): [string, ...string[]] => [
    process.execPath,
    WORKER,
    join(base, 'template'),
    parent,
    String(first),
    String(end),
  ]);
  return together(folders);
}

function copy(from: string, parent: string): Promise<number> {
  const script =
    'mkdir -p "$2" && cd "$1" && seq "$3" "$4" | sed s/^/run-/ | xargs -n 5000 cp -a -t "$2"';
  return together(
    parts(availableParallelism(), (first, end): [string, ...string[]] => [
      'sh',
      '-c',
      script,
      'cp',
      from,
      parent,
      String(first),
      String(end - 1),
    ]),
  );
}

/** Takes the time of one way to make the folders, from a file system that has nothing left to write. */
async function timed(
  place: Place,
  parent: string,
  act: (parent: string) => Promise<number>,
): Promise<number> {
  await measureGood(['sync', '-f', place.base]);
  const seconds = await act(parent);
  check(parent, place.base);
  // On a disk nothing is removed in between: see `WORK`.
  if (place.name === 'memory') rmSync(parent, { recursive: true });
  return seconds;
}

/** Seconds of both, in turns that begin with either. */
async function compare(place: Place): Promise<{ readonly made: number; readonly copied: number }> {
  const { base } = place;
  const finished = join(base, 'finished');
  await make(base, finished);
  let [made, copied] = [0, 0];
  const ours = async (round: number): Promise<void> => {
    made += await timed(place, join(base, `made-${round}`), (parent) => make(base, parent));
  };
  const theirs = async (round: number): Promise<void> => {
    copied += await timed(place, join(base, `copied-${round}`), (parent) => copy(finished, parent));
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const turn of round % 2 === 0 ? [ours, theirs] : [theirs, ours]) await turn(round);
  }
  return { made, copied };
}

function figures(seconds: number): Figures {
  return { seconds: tidy(seconds), foldersPerSecond: tidy(FOLDERS / seconds) };
}

/**
 * 10,000 run folders of 20 small files by the step `makeDirectory`, in as many processes as there are cores, against as many
 * `cp -a` that each copy their part of finished folders, so without a process for every folder.
 */
export const directories: Benchmark = async () => {
  const ours: Record<string, Figures> = {};
  const rival: Record<string, Figures> = {};
  const ratio: Record<string, number> = {};
  for (const place of places()) {
    const { made, copied } = await compare(place);
    ours[place.name] = figures(made);
    rival[place.name] = figures(copied);
    ratio[`speedOursOverCpOn${place.name === 'disk' ? 'Disk' : 'Memory'}`] = tidy(copied / made);
  }
  return { bench: 'directories', ours, rival, ratio, limit: { speedOursOverCpAtLeast: 0.8 } };
};
