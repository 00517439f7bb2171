import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
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
}

/** A template folder as it is. */
export interface TemplateTree {
  /** Folders come before what is in them. */
  readonly entries: readonly TemplateEntry[];
  /** Digest over everything that a member's directory is made of. */
  readonly digest: string;
}

const PERMISSIONS = 0o7777;

function entryOf(root: string, path: string): TemplateEntry {
  const file = join(root, path);
  const stats = lstatSync(file);
  const base = {
    path,
    mode: stats.mode & PERMISSIONS,
    mtimeMs: stats.mtimeMs,
    target: '',
    digest: '',
  };
  if (stats.isSymbolicLink()) return { ...base, kind: 'link', target: readlinkSync(file) };
  if (stats.isDirectory()) return { ...base, kind: 'folder' };
  if (stats.isFile()) {
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
    return { ...base, kind: 'file', digest };
  }
  throw ensembleError(
    'ENSEMBLE_TEMPLATE_UNFIT',
    `${file}: expected files, folders and links in a template, got something else`,
    { details: { path: file } },
  );
}

/**
 * Everything in a template folder; links are not followed.
 * @throws ENSEMBLE_TEMPLATE_MISSING, ENSEMBLE_TEMPLATE_UNFIT
 */
export function readTemplateTree(root: string): TemplateTree {
  const stats = lstatSync(root, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) {
    throw ensembleError(
      'ENSEMBLE_TEMPLATE_MISSING',
      `template ${root}: expected a folder, got ${stats === undefined ? 'nothing' : 'something else'}`,
      { details: { path: root } },
    );
  }
  const entries: TemplateEntry[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const entry = entryOf(root, folder === '' ? name : `${folder}/${name}`);
      entries.push(entry);
      if (entry.kind === 'folder') folders.push(entry.path);
    }
  }
  const text = entries.map(({ path, kind, mode, target, digest }) =>
    JSON.stringify([path, kind, mode, target, digest]),
  );
  return { entries, digest: createHash('sha256').update(text.join('\n')).digest('hex') };
}
