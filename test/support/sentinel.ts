import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** What every entry below a folder is: kind, mode and content; nothing that reading changes. */
export function snapshot(folder: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = (path: string, name: string): void => {
    const stat = lstatSync(path);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) found[name] = `link to ${readlinkSync(path)}`;
    else if (stat.isDirectory()) {
      found[name] = `folder ${mode}`;
      for (const entry of readdirSync(path).sort()) visit(join(path, entry), `${name}/${entry}`);
    } else {
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
      found[name] = `file ${mode} ${stat.mtimeMs} ${digest}`;
    }
  };
  visit(folder, '.');
  return found;
}

/** A folder beside a project that nobody has any business in. */
export function sentinel(home: string): string {
  const folder = join(home, 'outside');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  for (const name of ['precious.txt', 'journal.db', 'deep/file.txt', '0.1.log', 'lock.db']) {
    writeFileSync(join(folder, name), `do not touch: ${name}\n`);
  }
  return folder;
}
