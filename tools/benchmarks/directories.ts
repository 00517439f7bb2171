import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { measureGood, mustEqual, tidy } from './measure.ts';
import { project } from './project.ts';
import type { Benchmark } from './report.ts';

const FOLDERS = 10_000;
const FILES = 20;
const TIMES = 3;
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
    act(Math.floor((FOLDERS * n) / count), Math.floor((FOLDERS * (n + 1)) / count)),
  );
}

function check(parent: string, folder: string): void {
  const names = readdirSync(parent).filter((name) => name.startsWith('run-'));
  mustEqual('folders', names.length, FOLDERS);
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

function middle(all: number[]): number {
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}

/**
 * 10,000 run folders of 20 small files by the step `makeDirectory`, in as many processes as there are cores, against two
 * `cp -a` that each copy half of the finished folders, so without a process for every folder.
 */
export const directories: Benchmark = async () => {
  const folder = project('directories', template());
  const ours = join(folder, 'ours');
  const theirs = join(folder, 'theirs');
  const [made, copied]: [number[], number[]] = [[], []];
  for (let time = 0; time < TIMES; time += 1) {
    rmSync(ours, { recursive: true, force: true });
    rmSync(theirs, { recursive: true, force: true });
    made.push(
      await together(
        parts(availableParallelism(), (first, end) => [
          process.execPath,
          WORKER,
          join(folder, 'template'),
          ours,
          String(first),
          String(end),
        ]),
      ),
    );
    check(ours, folder);
    copied.push(
      await together(
        parts(2, (first, end) => [
          'sh',
          '-c',
          'mkdir -p "$2" && cd "$1" && seq "$3" "$4" | sed s/^/run-/ | xargs -n 5000 cp -a -t "$2"',
          'cp',
          ours,
          theirs,
          String(first),
          String(end - 1),
        ]),
      ),
    );
    check(theirs, folder);
  }
  rmSync(ours, { recursive: true });
  rmSync(theirs, { recursive: true });
  const [seconds, cpSeconds] = [middle(made), middle(copied)];
  return {
    bench: 'directories',
    ours: { seconds: tidy(seconds), foldersPerSecond: tidy(FOLDERS / seconds) },
    rival: { seconds: tidy(cpSeconds), foldersPerSecond: tidy(FOLDERS / cpSeconds) },
    ratio: { speedOursOverCp: tidy(cpSeconds / seconds) },
    limit: { speedOursOverCpAtLeast: 0.8 },
  };
};
