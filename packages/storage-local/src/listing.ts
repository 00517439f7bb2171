import { type Dirent, readdirSync } from 'node:fs';
import {
  compareUtf8,
  type ListPage,
  type ListRequest,
  type ObjectStat,
  storageKeyProblem,
} from '@orchestrate/core';
import { Folder, isNoFolder } from './folder.ts';
import { lookAt, objectStat } from './object-stat.ts';
import { ASIDE_FOLDER, isReserved } from './place.ts';

/** Entries a page at most. Every page reads the folders it begins in anew, so it is a large one. */
const MAX_LIMIT = 10_000;

interface Query {
  readonly root: string;
  readonly prefix: string;
  readonly grouped: boolean;
  /** Last entry of the page before. */
  readonly after: string | undefined;
}

/** An entry of a folder as it stands in the order of keys: folders end in `/`. */
interface Name {
  readonly text: string;
  readonly isFolder: boolean;
}

type Entry = { readonly stat: ObjectStat } | { readonly prefix: string };

/** A folder that was removed since it was opened holds nothing. */
function entriesIn(folder: Folder): readonly Dirent<Buffer>[] {
  try {
    return readdirSync(folder.here, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (isNoFolder(error)) return [];
    throw error;
  }
}

function namesIn(folder: Folder, base: string): readonly Name[] {
  const names: Name[] = [];
  for (const entry of entriesIn(folder)) {
    const text = entry.name.toString();
    // A name that is not UTF-8 cannot be a key; reading it as one would name another file.
    if (text.includes('\ufffd') && !Buffer.from(text).equals(entry.name)) continue;
    if (text === ASIDE_FOLDER || (base === '' && isReserved(text))) continue;
    if (entry.isDirectory()) names.push({ text: `${base}${text}/`, isFolder: true });
    else if (entry.isFile()) names.push({ text: `${base}${text}`, isFolder: false });
  }
  return names.sort((a, b) => compareUtf8(a.text, b.text));
}

/** Opens a folder of the listing; one that was removed or replaced by a link meanwhile holds nothing. */
function openBase(root: string, base: string): Folder | undefined {
  return Folder.open(root, base.slice(0, -1));
}

function holdsObject(root: string, base: string): boolean {
  using folder = openBase(root, base);
  if (folder === undefined) return false;
  return namesIn(folder, base).some(({ text, isFolder }) =>
    isFolder ? holdsObject(root, text) : storageKeyProblem(text) === undefined,
  );
}

/** Whether a name can lead to entries of the listing that come after the last page. */
function isWanted({ text, isFolder }: Name, { prefix, after }: Query): boolean {
  if (!text.startsWith(prefix) && !(isFolder && prefix.startsWith(text))) return false;
  if (after === undefined || compareUtf8(text, after) > 0) return true;
  return isFolder && after.startsWith(text) && after !== text;
}

function* walk(query: Query, base: string): Generator<Entry> {
  using folder = openBase(query.root, base);
  if (folder === undefined) return;
  for (const name of namesIn(folder, base)) {
    if (!isWanted(name, query)) continue;
    const { text, isFolder } = name;
    if (!isFolder) {
      const stat = storageKeyProblem(text) === undefined ? fileStat(folder, base, text) : undefined;
      if (stat !== undefined) yield { stat };
    } else if (query.grouped && text.length > query.prefix.length) {
      if (holdsObject(query.root, text)) yield { prefix: text };
    } else {
      yield* walk(query, text);
    }
  }
}

function fileStat(folder: Folder, base: string, key: string): ObjectStat | undefined {
  const stat = lookAt(folder.at(key.slice(base.length)));
  return stat?.isFile() === true ? objectStat(key, stat) : undefined;
}

function startOf(prefix: string): string | undefined {
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (base === '') return base;
  const folder = base.slice(0, -1);
  return storageKeyProblem(folder) === undefined && !isReserved(folder) ? base : undefined;
}

/** One page of the objects below a root. Only folders that can hold wanted keys are read. */
export function listPage(root: string, request: ListRequest): ListPage {
  const { prefix = '', next: after } = request;
  const limit = Math.max(1, Math.min(request.limit ?? MAX_LIMIT, MAX_LIMIT));
  const base = startOf(prefix);
  const objects: ObjectStat[] = [];
  const prefixes: string[] = [];
  if (base === undefined) return { objects, prefixes };
  let last = '';
  const query = { root, prefix, after, grouped: request.delimiter !== undefined };
  for (const entry of walk(query, base)) {
    if (objects.length + prefixes.length === limit) return { objects, prefixes, next: last };
    if ('stat' in entry) objects.push(entry.stat);
    else prefixes.push(entry.prefix);
    last = 'stat' in entry ? entry.stat.key : entry.prefix;
  }
  return { objects, prefixes };
}
