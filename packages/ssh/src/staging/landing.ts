import {
  chmodSync,
  closeSync,
  copyFileSync,
  fchmodSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sshError } from '../errors.ts';
import { STAGING } from './manifest.ts';
import type { TarEntry } from './tar-header.ts';

function inTheWay(path: string, what: string): Error {
  return sshError('SSH_ARCHIVE', `${path} cannot be written: ${what} is in its way`);
}

/**
 * The folder on this machine into which files come from a host. Each is written beside its place and then renamed. Nothing
 * is written through a link, whether it was there before or came with the same files.
 */
export class Landing {
  readonly #root: string;
  readonly #staging: string;
  /** Folders below the root that were seen to be ones. */
  readonly #folders = new Set<string>(['.', '']);
  #count = 0;
  readonly #id: string;

  /** `id`: different for everybody who writes to this folder. */
  constructor(root: string, id: string) {
    this.#root = root;
    this.#id = id;
    this.#staging = join(root, STAGING);
    mkdirSync(this.#staging, { recursive: true });
    if (!lstatSync(this.#staging).isDirectory()) throw inTheWay(this.#staging, 'a link');
  }

  /** What lies there now, as far as it can be compared; `undefined` when there is nothing. */
  look(path: string): Pick<TarEntry, 'type' | 'size' | 'mtime' | 'mode' | 'target'> | undefined {
    const place = join(this.#root, path);
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const target = stat.isSymbolicLink() ? { target: readlinkSync(place) } : {};
    const isKnown = stat.isFile() || stat.isDirectory() || stat.isSymbolicLink();
    if (!isKnown) throw inTheWay(path, 'a device, socket or pipe');
    return {
      type: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'link',
      size: stat.size,
      mode: stat.mode & 0o7777,
      mtime: Math.floor(stat.mtimeMs / 1000),
      ...target,
    };
  }

  /** A part of a large file, which outlives this process. */
  partFile(key: string): string {
    return join(this.#staging, `part-${key}`);
  }

  makeFolder(path: string): void {
    if (this.#folders.has(path)) return;
    this.makeFolder(dirname(path));
    const place = join(this.#root, path);
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat === undefined) mkdirSync(place);
    else if (!stat.isDirectory()) throw inTheWay(path, stat.isFile() ? 'a file' : 'a link');
    this.#folders.add(path);
  }

  /** Gives a folder its mode and time, once everything in it is there. */
  finishFolder({ path, mode, mtime }: Pick<TarEntry, 'path' | 'mode' | 'mtime'>): void {
    this.makeFolder(path);
    const place = join(this.#root, path);
    chmodSync(place, mode & 0o777);
    utimesSync(place, mtime, mtime);
  }

  makeLink({ path, target = '' }: Pick<TarEntry, 'path' | 'target'>): void {
    const temporary = this.#temporary();
    symlinkSync(target, temporary);
    this.#place(temporary, path);
  }

  /** @throws SSH_ARCHIVE when less or more comes than was announced */
  async writeFile(
    entry: Pick<TarEntry, 'path' | 'mode' | 'mtime' | 'size'>,
    body: AsyncIterable<Buffer>,
  ): Promise<void> {
    const temporary = this.#temporary();
    const file = openSync(temporary, 'wx', 0o600);
    try {
      for await (const chunk of body) {
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      }
      fchmodSync(file, entry.mode & 0o777);
      futimesSync(file, entry.mtime, entry.mtime);
    } finally {
      closeSync(file);
    }
    this.#place(temporary, entry.path);
  }

  /** The same bytes as a file that has come before. */
  copyFile(path: string, from: string): void {
    this.makeFolder(dirname(from));
    const source = join(this.#root, from);
    const stat = lstatSync(source);
    if (!stat.isFile()) throw inTheWay(path, from);
    const temporary = this.#temporary();
    copyFileSync(source, temporary);
    chmodSync(temporary, stat.mode & 0o777);
    utimesSync(temporary, stat.atime, stat.mtime);
    this.#place(temporary, path);
  }

  /** Puts a part that is complete in its place. */
  finishPart(key: string, { path, mode, mtime }: Pick<TarEntry, 'path' | 'mode' | 'mtime'>): void {
    const part = this.partFile(key);
    chmodSync(part, mode & 0o777);
    utimesSync(part, mtime, mtime);
    this.#place(part, path);
  }

  /** Removes what was not finished, but not the parts of large files. */
  sweep(): void {
    for (let count = 1; count <= this.#count; count += 1) {
      rmSync(join(this.#staging, `in-${this.#id}-${count}`), { force: true });
    }
  }

  #temporary(): string {
    this.#count += 1;
    return join(this.#staging, `in-${this.#id}-${this.#count}`);
  }

  #place(temporary: string, path: string): void {
    this.makeFolder(dirname(path));
    try {
      renameSync(temporary, join(this.#root, path));
    } catch (error) {
      rmSync(temporary, { force: true });
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EISDIR' || code === 'ENOTEMPTY') throw inTheWay(path, 'a folder');
      throw error;
    }
  }
}
