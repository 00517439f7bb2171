import { hash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256OfFile } from './content-hash.ts';

/** One kept content. */
export interface Blob {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** What a killed process left half written is of no use to anybody after this long. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

const FIRST_MARK = Date.UTC(2000, 0, 1) / 1000;
const MARKS = 20 * 365 * 24 * 3600;

/**
 * The time of change that a kept content is given. It depends on the content alone, so whoever compares files by size and time
 * sees another content as changed, and the same as unchanged; and whoever writes to a kept content gives it another one.
 */
function markOf(sha256: string): number {
  return FIRST_MARK + (Number.parseInt(sha256.slice(0, 12), 16) % MARKS);
}

const isMarked = (stats: Stats, sha256: string): boolean => stats.mtimeMs === markOf(sha256) * 1000;

/**
 * Contents by their sha256 in a folder that many processes use at once. A content appears under its name whole, is read-only,
 * and is compared with its name before a process relies on it for the first time.
 */
export class CacheBlobs {
  readonly #folder: string;
  readonly #now: () => number;
  /** What this process has compared. */
  readonly #compared = new Set<string>();

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Where a process puts content together before it is kept. */
  get half(): string {
    return join(this.#folder, 'half');
  }

  /** A new path in {@link CacheBlobs.half}. */
  halfPath(): string {
    mkdirSync(this.half, { recursive: true });
    return join(this.half, `${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  pathOf(sha256: string): string {
    return join(this.#folder, 'sha256', sha256.slice(0, 2), sha256);
  }

  /** A kept content, or `undefined`; one that is not what its name says is removed. */
  async find(sha256: string): Promise<Blob | undefined> {
    const path = this.pathOf(sha256);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const isSound =
      stats.isFile() &&
      isMarked(stats, sha256) &&
      (this.#compared.has(sha256) || (await sha256OfFile(path, stats.size)) === sha256);
    if (!isSound) {
      this.#compared.delete(sha256);
      rmSync(path, { recursive: true, force: true });
      return undefined;
    }
    this.#compared.add(sha256);
    this.#touch(path, sha256);
    return { path, sha256, bytes: stats.size };
  }

  /** Keeps a finished file; it is moved. */
  keep(path: string, sha256: string, bytes: number): Blob {
    const target = this.pathOf(sha256);
    mkdirSync(dirname(target), { recursive: true });
    chmodSync(path, 0o444);
    this.#touch(path, sha256);
    renameSync(path, target);
    this.#compared.add(sha256);
    return { path: target, sha256, bytes };
  }

  /** Which content an object of some version had. */
  known(version: string): string | undefined {
    try {
      const sha256 = readFileSync(this.#versionPath(version), 'utf8');
      return SHA256.test(sha256) ? sha256 : undefined;
    } catch {
      return undefined;
    }
  }

  /** Notes which content an object of some version has. */
  note(version: string, sha256: string): void {
    const path = this.#versionPath(version);
    const half = this.halfPath();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(half, sha256);
    renameSync(half, path);
  }

  /** All that is kept, with its last use and whether somebody has a link to it. */
  *all(): Generator<Blob & { readonly usedAt: number; readonly linked: boolean }> {
    for (const two of names(join(this.#folder, 'sha256')))
      for (const sha256 of names(join(this.#folder, 'sha256', two))) {
        const path = this.pathOf(sha256);
        const stats = lstatSync(path, { throwIfNoEntry: false });
        if (stats?.isFile() !== true) continue;
        yield {
          path,
          sha256,
          bytes: stats.size,
          usedAt: stats.atimeMs,
          linked: stats.nlink > 1,
        };
      }
  }

  remove({ path, sha256 }: Blob): void {
    rmSync(path, { force: true });
    this.#compared.delete(sha256);
  }

  /** Removes what killed processes left half written, and notes of contents that are gone. */
  tidy(): void {
    const before = this.#now() - FORGOTTEN_MS;
    for (const name of names(this.half)) {
      const path = join(this.half, name);
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats !== undefined && stats.mtimeMs < before) rmSync(path, { force: true });
    }
    const versions = join(this.#folder, 'versions');
    for (const two of names(versions))
      for (const name of names(join(versions, two))) {
        const path = join(versions, two, name);
        const sha256 = readOr(path);
        if (
          !SHA256.test(sha256) ||
          lstatSync(this.pathOf(sha256), { throwIfNoEntry: false }) === undefined
        )
          rmSync(path, { force: true });
      }
  }

  #versionPath(version: string): string {
    const name = hash('sha256', version, 'hex');
    return join(this.#folder, 'versions', name.slice(0, 2), name);
  }

  #touch(path: string, sha256: string): void {
    try {
      utimesSync(path, this.#now() / 1000, markOf(sha256));
    } catch {
      // Another process has just removed it; whoever links to it will find that out.
    }
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
