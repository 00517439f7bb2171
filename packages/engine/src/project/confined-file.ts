import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';

/** A file that may be read, or why not. */
export type Confined =
  | { readonly path: string }
  | { readonly complaint: string; readonly missing?: true };

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/**
 * The real path of a file named relative to `base`, as long as it is a regular file below `root`, also after following
 * links. The name comes from a project file and is not trusted.
 */
export function confinedFile(root: string, base: string, name: string): Confined {
  if (isAbsolute(name) || /^(?:~|[A-Za-z]:[\\/])/.test(name)) {
    return { complaint: `expected a path relative to this file, got the absolute path "${name}"` };
  }
  if (name.includes('\0')) return { complaint: 'a path may not hold a NUL character' };
  const path = resolve(base, name);
  if (!isBelow(root, path)) return { complaint: `"${name}" is outside the project's folder` };
  try {
    const real = realpathSync(path);
    if (!isBelow(realpathSync(root), real)) {
      return { complaint: `"${name}" is a link that leaves the project's folder` };
    }
    return statSync(real).isFile() ? { path: real } : { complaint: `"${name}" is not a file` };
  } catch (error) {
    return unreadable(name, error, path);
  }
}

function unreadable(name: string, error: unknown, path: string): Confined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') {
    const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    if (link) return { complaint: `"${name}" is a link that leads nowhere` };
    return { complaint: `there is no file "${name}"`, missing: true };
  }
  return { complaint: `"${name}" cannot be read (${code})` };
}

/** Largest project file, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Text of a file, or why there is none; `offset` is where invalid bytes begin. */
export function readTextFile(
  path: string,
):
  | { readonly text: string }
  | { readonly complaint: string; readonly text: string; readonly offset: number } {
  const bytes = statSync(path).size;
  if (bytes > MAX_BYTES) {
    return { complaint: `is ${bytes} bytes long; the limit is ${MAX_BYTES}`, text: '', offset: 0 };
  }
  const content = readFileSync(path);
  const text = content.toString('utf8');
  const offset = text.indexOf('\u{FFFD}');
  // The replacement character may be written on purpose; then the bytes are valid all the same.
  if (offset === -1 || Buffer.from(text, 'utf8').equals(content)) return { text };
  return { complaint: 'is not UTF-8 text', text, offset };
}
