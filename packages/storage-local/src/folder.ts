import { closeSync, constants, lstatSync, openSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { localStorageError, systemCode } from './errors.ts';

/** Linux only, and missing from Node's constants: a handle that stands for the place, without opening it for reading. */
const O_PATH = 0o10000000;
const PLACE_ONLY = O_PATH | constants.O_DIRECTORY;

/**
 * A folder below a root, held so that no later rename or link can put another in its place. The kernel follows links
 * while it opens the folder, so afterwards it is asked where the folder really is; anywhere else is refused.
 */
export class Folder implements Disposable {
  readonly #handle: number | undefined;
  /** The real path, for messages. */
  readonly path: string;

  private constructor(path: string, handle: number | undefined) {
    this.path = path;
    this.#handle = handle;
  }

  /**
   * Opens `relative` below `root`, which is a real path; `undefined` when it is not there (or not a folder).
   * @throws STORAGE_LINK when a symbolic link is in the way
   */
  static open(root: string, relative: string): Folder | undefined {
    const path = relative === '' ? root : `${root}/${relative}`;
    return HANDLES ? Folder.#openHandle(root, path) : Folder.#openPath(root, relative, path);
  }

  static #openHandle(root: string, path: string): Folder | undefined {
    let handle: number;
    try {
      handle = openSync(path, PLACE_ONLY);
    } catch (error) {
      if (isNoFolder(error)) return refuseDanglingLink(root, path);
      throw error;
    }
    const real = readlinkSync(`/proc/self/fd/${handle}`);
    if (real === path) return new Folder(path, handle);
    closeSync(handle);
    if (real === `${path} (deleted)`) return undefined;
    throw linkError(root, path, real);
  }

  /** Where the kernel offers no such question, every component is looked at; a link put there right afterwards is not seen. */
  static #openPath(root: string, relative: string, path: string): Folder | undefined {
    let at = root;
    for (const segment of relative === '' ? [] : relative.split('/')) {
      at = `${at}/${segment}`;
      const stat = lstatSync(at, { throwIfNoEntry: false });
      if (stat?.isSymbolicLink() === true) throw linkError(root, path, at);
      if (stat?.isDirectory() !== true) return undefined;
    }
    return new Folder(path, undefined);
  }

  /** A path for one entry of this folder, for immediate use. */
  at(name: string): string {
    return this.#handle === undefined
      ? join(this.path, name)
      : `/proc/self/fd/${this.#handle}/${name}`;
  }

  /** A path for the folder itself, for immediate use. */
  get here(): string {
    return this.#handle === undefined ? this.path : `/proc/self/fd/${this.#handle}/.`;
  }

  [Symbol.dispose](): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
  }
}

/** Whether an error only says that there is no such folder. */
export function isNoFolder(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

function linkError(root: string, path: string, real: string): Error {
  return localStorageError(
    'STORAGE_LINK',
    `${path} leads through a symbolic link below the storage's root ${root}: it is really ${real}.`,
    { details: { path, real } },
  );
}

/** A link to nowhere must not look like a missing folder, or a folder would be made behind it. */
function refuseDanglingLink(root: string, path: string): undefined {
  for (let at = path; at.length > root.length; at = at.slice(0, at.lastIndexOf('/'))) {
    let isLink = false;
    try {
      isLink = lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    } catch (error) {
      if (!isNoFolder(error)) throw error;
    }
    if (isLink) throw linkError(root, path, at);
  }
  return undefined;
}

function handlesWork(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const handle = openSync('/', PLACE_ONLY);
    try {
      return readlinkSync(`/proc/self/fd/${handle}`) === '/';
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
}

const HANDLES = handlesWork();
