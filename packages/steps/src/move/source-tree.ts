import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { stepError } from '../errors.ts';
import type { PathFilter } from '../filter/path-filter.ts';
import { throwIfStopped } from '../stopped.ts';
import { sayingWhatAsync } from '../system-error.ts';

/** Something in a tree, as it was when it was listed. */
export interface TreeEntry {
  /** From the root of the tree, with `/`; the root itself is `''`. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link';
  /** Bytes; 0 for folders and links. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** Permission bits, with those for set-user-ID and the like. */
  readonly mode: number;
  /** Where a link points to, as it is written. */
  readonly target?: string;
}

const KIND_BITS = 0o7777n;

function typeOf(stat: BigIntStats, path: string): TreeEntry['type'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'link';
  throw stepError(
    'STEP_PATH',
    `${path} is neither a file nor a folder nor a link and cannot be copied; exclude it.`,
    { details: { path } },
  );
}

/** What lies at a path. Links are not followed. */
async function entryAt(root: string, path: string): Promise<TreeEntry> {
  const full = path === '' ? root : `${root}/${path}`;
  return sayingWhatAsync('look at', full, async () => {
    const stat = await lstat(full, { bigint: true });
    const type = typeOf(stat, full);
    return {
      path,
      type,
      size: type === 'file' ? Number(stat.size) : 0,
      mtimeNs: stat.mtimeNs,
      mode: Number(stat.mode & KIND_BITS),
      ...(type === 'link' ? { target: await readlink(full) } : {}),
    };
  });
}

class Listing {
  readonly #root: string;
  readonly #filter: PathFilter;
  readonly #signal: AbortSignal;
  readonly entries: TreeEntry[] = [];

  constructor(root: string, filter: PathFilter, signal: AbortSignal) {
    this.#root = root;
    this.#filter = filter;
    this.#signal = signal;
  }

  /** Adds what is taken in a folder; whether that is more than folders. */
  async add(folder: string): Promise<boolean> {
    throwIfStopped(this.#signal);
    const full = folder === '' ? this.#root : `${this.#root}/${folder}`;
    const found = await sayingWhatAsync('list', full, () => readdir(full, { withFileTypes: true }));
    let holds = false;
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.name.includes('\uFFFD'))
        throw stepError('STEP_PATH', `The name of ${this.#root}/${path} is not UTF-8.`, {
          details: { path },
        });
      if (!this.#filter.takes(path, entry.isDirectory())) continue;
      holds = (await this.#take(path, entry.isDirectory())) || holds;
    }
    return holds;
  }

  async #take(path: string, isFolder: boolean): Promise<boolean> {
    const at = this.entries.length;
    this.entries.push(await entryAt(this.#root, path));
    if (!isFolder) return true;
    const holds = await this.add(path);
    if (!holds && this.#filter.dropsEmptyFolders) this.entries.splice(at);
    return holds;
  }
}

/**
 * What a filter takes of a tree, the root first, folders before what is in them, in the order of names. Links are not
 * followed.
 * @throws STEP_PATH for sockets, devices and the like that are not excluded, and for names that are not UTF-8
 */
export async function listTree(
  root: string,
  filter: PathFilter,
  signal: AbortSignal,
): Promise<TreeEntry[]> {
  const listing = new Listing(root, filter, signal);
  listing.entries.push(await entryAt(root, ''));
  await listing.add('');
  return listing.entries;
}
