import { type Dirent, lstatSync, readdirSync } from 'node:fs';

/** A file below a folder of this machine. */
export interface WalkedFile {
  /** Below the folder, with slashes. */
  readonly relative: string;
  readonly bytes: number;
  /** Changes whenever the file does: size, time in nanoseconds, inode. */
  readonly mark: string;
}

/** Something below a folder that is neither file nor folder and so is left alone. */
export interface WalkedOddity {
  readonly relative: string;
  readonly why: string;
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : Number(a.name > b.name));

/** Everything below a folder, in a fixed order, links not followed. */
export function* filesBelow(root: string): Generator<WalkedFile | WalkedOddity> {
  const waiting: string[] = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = readdirSync(`${root}/${folder}`, { withFileTypes: true }).sort(byName);
    for (const entry of entries) {
      const relative = folder + entry.name;
      if (entry.isDirectory()) waiting.push(`${relative}/`);
      else if (entry.isFile()) yield fileAt(root, relative);
      else yield { relative, why: entry.isSymbolicLink() ? 'is a symbolic link' : 'is no file' };
    }
  }
}

function fileAt(root: string, relative: string): WalkedFile {
  const { size, mtimeNs, ino } = lstatSync(`${root}/${relative}`, { bigint: true });
  return { relative, bytes: Number(size), mark: `${size}:${mtimeNs}:${ino}` };
}
