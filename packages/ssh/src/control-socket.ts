import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

/** A socket's path may have about a hundred characters, and macOS' own temporary folder takes half of them. */
const PARENT = '/tmp';

function isPrivate(folder: string): boolean {
  const stat = lstatSync(folder);
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}

/** A folder that only this user can enter; the same one each time, unless somebody else took the name. */
function privateFolder(): string {
  const folder = join(PARENT, `orchestrate-ssh-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return isPrivate(folder) ? folder : mkdtempSync(join(PARENT, 'orchestrate-ssh-'));
}

/** Where the shared connection for exactly these arguments of `ssh` listens. */
export function controlSocket(args: readonly string[]): string {
  const name = createHash('sha256').update(JSON.stringify(args)).digest('hex').slice(0, 16);
  return join(privateFolder(), name);
}
