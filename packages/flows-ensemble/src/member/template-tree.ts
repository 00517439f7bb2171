import { createHash } from 'node:crypto';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join, posix } from 'node:path';
import { ensembleError } from '../errors.ts';

/** One thing in a template folder. */
export interface TemplateEntry {
  /** Relative path with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'folder';
  /** Permission bits. */
  readonly mode: number;
  /** Modification time in milliseconds since 1970. */
  readonly mtimeMs: number;
  /** Where a link leads. */
  readonly target: string;
  /** sha256 of a file's content, lower-case hex. */
  readonly digest: string;
  /** Where it really is, for what lies behind a link on the way to a template that is rendered. */
  readonly source?: string;
}

/** A template folder as it is. */
export interface TemplateTree {
  /** Folders come before what is in them. */
  readonly entries: readonly TemplateEntry[];
  /** Digest over everything that a member's directory is made of. */
  readonly digest: string;
}

const PERMISSIONS = 0o7777;

function fileDigest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function baseOf(path: string, stats: Stats): Omit<TemplateEntry, 'kind'> {
  const { mode, mtimeMs } = stats;
  return { path, mode: mode & PERMISSIONS, mtimeMs, target: '', digest: '' };
}

function entryOf(file: string, path: string): TemplateEntry {
  const stats = lstatSync(file);
  const base = baseOf(path, stats);
  if (stats.isSymbolicLink()) return { ...base, kind: 'link', target: readlinkSync(file) };
  if (stats.isDirectory()) return { ...base, kind: 'folder' };
  if (stats.isFile()) return { ...base, kind: 'file', digest: fileDigest(file) };
  throw ensembleError(
    'ENSEMBLE_TEMPLATE_UNFIT',
    `${file}: expected files, folders and links in a template, got something else`,
    { details: { path: file } },
  );
}

/** Paths of templates that are rendered, and of the folders on the way to them. */
class Listed {
  readonly #files: ReadonlySet<string>;
  readonly #folders = new Set<string>();

  constructor(paths: readonly string[]) {
    this.#files = new Set(paths.map((path) => posix.normalize(path)));
    for (const path of this.#files) {
      for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) this.#folders.add(at);
    }
  }

  /**
   * A link to a template, or on the way to one, is taken for what it leads to: what is rendered belongs to the member, and
   * nothing is written where the link leads.
   */
  opened(file: string, entry: TemplateEntry): TemplateEntry {
    const stats = statSync(file, { throwIfNoEntry: false });
    const { path } = entry;
    const source = stats === undefined ? file : realpathSync(file);
    if (stats?.isFile() === true && this.#files.has(path))
      return { ...baseOf(path, stats), kind: 'file', digest: fileDigest(source), source };
    if (stats?.isDirectory() === true && this.#folders.has(path))
      return { ...baseOf(path, stats), kind: 'folder', source };
    return entry;
  }

  /** In a folder behind a link, everything else stays where it is and is linked to. */
  behind(source: string, path: string): TemplateEntry {
    const isWanted = this.#files.has(path) || this.#folders.has(path);
    const entry = entryOf(source, path);
    if (!isWanted) return { ...entry, kind: 'link', target: source, digest: '', source };
    return entry.kind === 'link' ? this.opened(source, entry) : { ...entry, source };
  }

  entry(root: string, path: string, folderSource: string | undefined): TemplateEntry {
    if (folderSource !== undefined)
      return this.behind(join(folderSource, posix.basename(path)), path);
    const entry = entryOf(join(root, path), path);
    return entry.kind === 'link' ? this.opened(join(root, path), entry) : entry;
  }
}

/**
 * Everything in a template folder. Links are not followed, but for those on the way to one of the paths listed.
 * @throws ENSEMBLE_TEMPLATE_MISSING, ENSEMBLE_TEMPLATE_UNFIT
 */
export function readTemplateTree(root: string, listed: readonly string[] = []): TemplateTree {
  const stats = lstatSync(root, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) {
    throw ensembleError(
      'ENSEMBLE_TEMPLATE_MISSING',
      `template ${root}: expected a folder, got ${stats === undefined ? 'nothing' : 'something else'}`,
      { details: { path: root } },
    );
  }
  const wanted = new Listed(listed);
  const entries: TemplateEntry[] = [];
  const folders: { readonly path: string; readonly source?: string }[] = [{ path: '' }];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const name of readdirSync(folder.source ?? join(root, folder.path)).sort()) {
      const path = folder.path === '' ? name : `${folder.path}/${name}`;
      const entry = wanted.entry(root, path, folder.source);
      entries.push(entry);
      if (entry.kind === 'folder') folders.push(entry);
    }
  }
  const text = entries.map(({ path, kind, mode, target, digest }) =>
    JSON.stringify([path, kind, mode, target, digest]),
  );
  return { entries, digest: createHash('sha256').update(text.join('\n')).digest('hex') };
}
