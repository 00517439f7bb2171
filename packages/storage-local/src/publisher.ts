import {
  type BigIntStats,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  utimesSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type ObjectStat, storageError, type WriteOptions } from '@orchestrate/core';
import { localStorageError, systemCode } from './errors.ts';
import { Folder } from './folder.ts';
import { generationOf, lookAt, objectStat } from './object-stat.ts';
import type { Place } from './place.ts';
import type { StoreLock } from './store-lock.ts';

const ATTEMPTS = 5;

/** A finished file that is to become an object. */
export interface Finished {
  /** A path for immediate use. */
  readonly path: string;
  /** Whether the store made it; a file of the user keeps its time where possible. */
  readonly own: boolean;
}

/** What publishing came to. */
export interface Published {
  readonly stat: ObjectStat;
  /** Real paths of the folders that got a new entry. */
  readonly touched: readonly string[];
}

/** Puts finished files in their places: one rename under the lock, conditions looked at right before it. */
export class Publisher {
  readonly #root: string;
  readonly #lock: StoreLock;
  /** Newest mtime handed out or taken away here, in nanoseconds. */
  #newest = 0n;

  constructor(root: string, lock: StoreLock) {
    this.#root = root;
    this.#lock = lock;
  }

  publish(place: Place, file: Finished, options: WriteOptions): Published {
    const touched: string[] = [];
    for (let attempt = 1; ; attempt += 1) {
      using folder = this.folder(place.folder, touched);
      try {
        const stat = this.#lock.hold(() => this.#replace(folder, place, file, options));
        return { stat, touched: [...touched, folder.path] };
      } catch (error) {
        // Somebody removed the folder, which was empty, after it was opened.
        if (systemCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Removes an object if it is there and the condition holds. */
  remove(place: Place, ifMatch: string | undefined, unlink: (path: string) => void): void {
    using folder = Folder.open(this.#root, place.folder);
    if (folder === undefined) {
      matching(place, undefined, ifMatch);
      return;
    }
    const path = folder.at(place.name);
    this.#lock.hold(() => {
      const old = this.#objectAmong(lookAt(path), place);
      matching(place, old, ifMatch);
      if (old === undefined) return;
      if (old.mtimeNs > this.#newest) this.#newest = old.mtimeNs;
      unlink(path);
    });
  }

  /** Opens a folder below the root; missing ones are made one by one, so that none is made behind a link. */
  folder(relative: string, touched: string[]): Folder {
    const present = Folder.open(this.#root, relative);
    if (present !== undefined) return present;
    if (relative === '') {
      mkdirSync(this.#root, { recursive: true });
      touched.push(dirname(this.#root));
    } else {
      const end = relative.lastIndexOf('/');
      using parent = this.folder(relative.slice(0, Math.max(0, end)), touched);
      makeFolder(parent, relative.slice(end + 1), relative);
      touched.push(parent.path);
    }
    const made = Folder.open(this.#root, relative);
    if (made !== undefined) return made;
    throw relative === ''
      ? localStorageError('STORAGE_ROOT', `${this.#root} is not a folder.`)
      : storageError(
          'STORAGE_CONFLICT',
          `${relative} is an object, so nothing can be stored below it.`,
        );
  }

  #replace(folder: Folder, place: Place, file: Finished, options: WriteOptions): ObjectStat {
    const target = folder.at(place.name);
    const there = lookAt(target);
    const old = this.#objectAmong(there, place);
    if (options.ifAbsent === true && old !== undefined)
      throw storageError('STORAGE_EXISTS', `There is an object ${place.key} already.`);
    matching(place, old, options.ifMatch);
    if (there?.isDirectory() === true) clearEmptyFolders(target, place);
    this.#makeNewer(file, old);
    renameSync(file.path, target);
    const stat = lookAt(target);
    if (stat?.isFile() !== true)
      throw storageError('STORAGE_CHANGED', `${place.key} was changed while it was published.`);
    if (stat.mtimeNs > this.#newest && file.own) this.#newest = stat.mtimeNs;
    return objectStat(place.key, stat);
  }

  /** What was found, if it is an object; a link or another odd thing is refused, a folder is no object. */
  #objectAmong(stat: BigIntStats | undefined, place: Place): BigIntStats | undefined {
    if (stat === undefined || stat.isDirectory()) return undefined;
    if (stat.isSymbolicLink())
      throw localStorageError('STORAGE_LINK', `${place.key} is a symbolic link in ${this.#root}.`);
    if (!stat.isFile())
      throw storageError(
        'STORAGE_CONFLICT',
        `${place.key} is not a regular file in ${this.#root}.`,
      );
    return stat;
  }

  /**
   * The kernel's clock for files ticks every few milliseconds and inodes are used again, so time and inode of two contents
   * could be the same. A content that is not newer than the one before is therefore made so by a microsecond.
   */
  #makeNewer(file: Finished, old: BigIntStats | undefined): void {
    const own = file.own ? this.#newest : 0n;
    const floor = old === undefined || old.mtimeNs < own ? own : old.mtimeNs;
    const stat = floor === 0n ? undefined : lookAt(file.path);
    if (stat === undefined || stat.mtimeNs > floor) return;
    const seconds = Number(floor / 1000n + 2n) / 1e6;
    utimesSync(file.path, seconds, seconds);
  }
}

function matching(place: Place, old: BigIntStats | undefined, ifMatch: string | undefined): void {
  if (ifMatch === undefined || (old !== undefined && generationOf(old) === ifMatch)) return;
  const got = old === undefined ? 'there is no such object' : `it is at ${generationOf(old)}`;
  throw storageError('STORAGE_CHANGED', `${place.key} is not at generation ${ifMatch}: ${got}.`);
}

function makeFolder(parent: Folder, name: string, relative: string): void {
  try {
    mkdirSync(parent.at(name));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    const there = lookAt(parent.at(name));
    if (there !== undefined && !there.isDirectory() && !there.isSymbolicLink())
      throw storageError(
        'STORAGE_CONFLICT',
        `${relative} is an object, so nothing can be stored below it.`,
        { cause: error },
      );
  }
}

function holdsFile(path: string): boolean {
  return readdirSync(path, { withFileTypes: true }).some(
    (entry) => !entry.isDirectory() || holdsFile(`${path}/${entry.name}`),
  );
}

function removeFolders(path: string): void {
  for (const name of readdirSync(path)) removeFolders(`${path}/${name}`);
  rmdirSync(path);
}

/** An object takes the place of folders that hold nothing any more; a folder with a file in it stays. */
function clearEmptyFolders(path: string, place: Place): void {
  if (holdsFile(path))
    throw storageError(
      'STORAGE_CONFLICT',
      `${place.key} is a folder with files below it, so it cannot be an object.`,
    );
  removeFolders(path);
}
