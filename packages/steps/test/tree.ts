import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes files with their texts, and a time in the past so that a changed one shows. */
export function plantFiles(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    utimesSync(join(root, path), 1_700_000_000.25, 1_700_000_000.25);
  }
}

function walk(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...walk(root, path)] : [path];
  });
}

/** Every path below a folder with what is there: mode, time to the microsecond, digest or link target. */
export function snapshot(root: string): Record<string, string> {
  return Object.fromEntries(
    walk(root)
      .sort()
      .map((name) => {
        const stat = lstatSync(join(root, name), { bigint: true });
        if (stat.isSymbolicLink()) return [name, `-> ${readlinkSync(join(root, name))}`];
        const mode = (stat.mode & 0o7777n).toString(8);
        const content = stat.isDirectory()
          ? 'folder'
          : createHash('sha256')
              .update(readFileSync(join(root, name)))
              .digest('hex');
        return [name, `${mode} ${stat.mtimeNs / 1000n} ${content}`];
      }),
  );
}
