import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { sshError } from '../errors.ts';

/** A file, folder or link of this machine, and its place on the host. */
export interface SourceFile {
  /** Below the folder on the host: relative, with `/` between its parts, no `.` or `..` among them. */
  readonly path: string;
  /** Absolute path here. Of a link the link itself is sent. */
  readonly from: string;
}

/** What is to be sent, as it is at this moment. */
export interface LocalFile extends SourceFile {
  readonly type: 'file' | 'directory' | 'link';
  readonly mode: number;
  readonly mtime: number;
  readonly size: number;
  readonly target?: string;
}

/**
 * A path that stays below its folder, and is none of our own files there.
 * @throws SSH_ARGUMENT
 */
export function checkPath(path: string): string {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0')) {
    const got = JSON.stringify(path);
    throw sshError('SSH_ARGUMENT', `expected a path below a folder, got ${got}`);
  }
  return path;
}

function typeOf(stat: Stats): LocalFile['type'] | undefined {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'link' : undefined;
}

/** Looks at a file. @throws SSH_ARGUMENT for a path that leaves its folder, and for a device, socket or pipe */
export function lookAt({ path, from }: SourceFile): LocalFile {
  const stat = lstatSync(from);
  const type = typeOf(stat);
  if (type === undefined) {
    throw sshError('SSH_ARGUMENT', `expected a file, folder or link, got something else: ${from}`);
  }
  return {
    path: checkPath(path),
    from,
    type,
    mode: stat.mode & 0o7777,
    mtime: Math.floor(stat.mtimeMs / 1000),
    size: type === 'file' ? stat.size : 0,
    ...(type === 'link' ? { target: readlinkSync(from) } : {}),
  };
}

/** Everything below a folder, folders before what is in them; links are not followed. Devices, sockets and pipes are left out. */
export function listFolder(root: string): SourceFile[] {
  const found: SourceFile[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() || entry.isFile() || entry.isSymbolicLink()) {
        found.push({ path, from: join(root, path) });
      }
      if (entry.isDirectory()) visit(path);
    }
  };
  visit('');
  return found;
}
