import { createHash, hash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  createReadStream,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** What a file or folder is right now; equal identities are taken for equal content. */
export interface Identity {
  readonly bytes: number;
  /** For a file `<mtime in ns>-<inode>`; for a folder a digest over those of all its files. */
  readonly generation: string;
  readonly folder: boolean;
  /** Files in it; 1 for a file. */
  readonly files: number;
}

/** Why a path cannot be taken: it is a link, or neither file nor folder. */
export class Unfit {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The generation of a local file. */
function generationOf(stats: BigIntStats): string {
  return `${stats.mtimeNs}-${stats.ino}`;
}

/** Identity of what is at a path, never through a symbolic link; `undefined` when nothing is there. */
export function identityOf(path: string): Identity | Unfit | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isFile()) {
    return {
      bytes: Number(stats.size),
      generation: generationOf(stats),
      folder: false,
      files: 1,
    };
  }
  if (stats.isSymbolicLink()) return new Unfit('is a symbolic link');
  if (!stats.isDirectory()) return new Unfit('is neither a file nor a folder');
  return folderIdentity(path);
}

function folderIdentity(path: string): Identity | Unfit {
  const digest = createHash('sha256');
  let bytes = 0;
  let files = 0;
  for (const relative of filesBelow(path)) {
    const inner = identityOf(join(path, relative));
    if (inner instanceof Unfit) return new Unfit(`holds ${relative}, which ${inner.reason}`);
    if (inner === undefined) continue;
    digest.update(`${relative}\n${inner.bytes}\n${inner.generation}\n`);
    bytes += inner.bytes;
    files += 1;
  }
  return {
    bytes,
    generation: `${files}:${digest.digest('hex').slice(0, 32)}`,
    folder: true,
    files,
  };
}

/** Relative paths of everything in a folder that is not a folder itself, sorted. */
export function filesBelow(path: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) continue;
    found.push(join(entry.parentPath, entry.name).slice(path.replace(/\/$/, '').length + 1));
  }
  return found.sort();
}

const SMALL_BYTES = 4 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/** sha256 of a file's content, or of a folder's paths and contents. */
export async function contentDigest(path: string, identity: Identity): Promise<string> {
  if (!identity.folder) return fileDigest(path, identity.bytes);
  const digest = createHash('sha256');
  for (const relative of filesBelow(path)) {
    const file = join(path, relative);
    const size = lstatSync(file).size;
    digest.update(`${relative}\n${await fileDigest(file, size)}\n`);
  }
  return digest.digest('hex');
}

async function fileDigest(path: string, bytes: number): Promise<string> {
  if (bytes <= SMALL_BYTES) return hash('sha256', readFileSync(path), 'hex');
  const digest = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    digest.update(piece as Uint8Array);
  }
  return digest.digest('hex');
}

/** {@link contentDigest} without a turn of the event loop in between. */
export function contentDigestAtOnce(path: string, identity: Identity): string {
  if (!identity.folder) return fileDigestAtOnce(path);
  const digest = createHash('sha256');
  for (const relative of filesBelow(path)) {
    digest.update(`${relative}\n${fileDigestAtOnce(join(path, relative))}\n`);
  }
  return digest.digest('hex');
}

function fileDigestAtOnce(path: string): string {
  const digest = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const bytes = readSync(file, piece);
      if (bytes === 0) return digest.digest('hex');
      digest.update(piece.subarray(0, bytes));
    }
  } finally {
    closeSync(file);
  }
}

/** Says whether a path really lies below a root, following links of its folders; each folder is looked at once. */
export class Confinement {
  readonly #roots = new Map<string, string>();
  readonly #folders = new Map<string, boolean>();

  /** Whether the folder that holds `path` is below `root` in truth. A folder that does not exist yet counts by its parent. */
  holds(root: string, path: string): boolean {
    const folder = dirname(path);
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const inside = this.#look(root, folder);
    this.#folders.set(folder, inside);
    return inside;
  }

  #look(root: string, folder: string): boolean {
    const real = this.#real(root) ?? root;
    for (let at = folder; at.length >= root.length; at = dirname(at)) {
      const found = this.#real(at);
      if (found !== undefined) return found === real || found.startsWith(real + sep);
      if (dirname(at) === at) return false;
    }
    return true;
  }

  #real(path: string): string | undefined {
    const known = this.#roots.get(path);
    if (known !== undefined) return known;
    try {
      const real = realpathSync(path);
      this.#roots.set(path, real);
      return real;
    } catch {
      return undefined;
    }
  }
}
