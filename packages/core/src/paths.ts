import { coreError } from './errors.ts';

/** Where something is kept: a key in a storage of the project. */
export interface StorageAddress {
  readonly storage: string;
  readonly key: string;
}

const ADDRESS = /^([A-Za-z][A-Za-z0-9_-]{0,62}):(.*)$/s;
/** Control characters, among them line breaks and NUL, which end or split names in listings, shells and protocols. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u001f\u007f]/;
/** A part that is empty, `.` or `..`, other than the slash that ends a folder. */
const UNUSUAL = /(?:^|\/)(?:\.{0,2}\/|\.{1,2}$)|^$/;
const LONGEST_BYTES = 1024;

function shown(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return JSON.stringify(short);
}

/**
 * A relative path in its shortest form: no `.`, no `..`, no doubled slashes. A slash at the end, which marks a folder,
 * stays; the root itself is `''`.
 * @throws PATH_INVALID for control characters, backslash-separated or over-long paths; PATH_OUTSIDE for absolute paths,
 *   `~` and whatever would leave the root
 */
export function confinePath(path: string): string {
  if (CONTROL.test(path)) {
    throw coreError('PATH_INVALID', `path ${shown(path)} holds a control character`);
  }
  if (path.length > LONGEST_BYTES) {
    const message = `path ${shown(path)} is longer than ${LONGEST_BYTES} characters`;
    throw coreError('PATH_INVALID', message);
  }
  if (/^(?:[/\\~]|[A-Za-z]:[/\\])/.test(path)) {
    throw coreError('PATH_OUTSIDE', `path ${shown(path)} is absolute, expected a relative one`);
  }
  if (!UNUSUAL.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) {
      throw coreError('PATH_OUTSIDE', `path ${shown(path)} leaves its folder`);
    }
  }
  const folder = parts.length > 0 && /(?:^|\/)\.{0,2}$/.test(path);
  return folder ? `${parts.join('/')}/` : parts.join('/');
}

/**
 * The key of an object in its shortest form. A slash at the end marks a folder.
 * @throws PATH_INVALID, PATH_OUTSIDE like {@link confinePath}; PATH_INVALID also for an empty key
 */
export function confineKey(key: string): string {
  const confined = confinePath(key);
  if (confined === '') throw coreError('PATH_INVALID', `key ${shown(key)} names nothing`);
  return confined;
}

/**
 * `name:key` as the key of a storage, and anything else as a path below the project's folder, which is the storage
 * called `local`.
 * @throws PATH_INVALID, PATH_OUTSIDE
 */
export function parseAddress(text: string): StorageAddress {
  const match = ADDRESS.exec(text);
  if (match === null) return { storage: 'local', key: confineKey(text) };
  return { storage: match[1] ?? '', key: confineKey(match[2] ?? '') };
}

/** `name:key`. */
export function formatAddress(address: StorageAddress): string {
  return `${address.storage}:${address.key}`;
}
