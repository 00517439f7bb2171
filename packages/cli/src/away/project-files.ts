import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes, type HostFile } from '@orchestrate/core';
import { cliError } from '../errors.ts';

/** More than this is more likely a folder of data that somebody forgot about than what a run needs. */
const MOST_BYTES = 2 * 2 ** 30;
/** Never brought along, wherever they are. */
const NEVER = new Set(['.git', 'node_modules']);
const STATE = '.orchestrate';

/**
 * Everything below the folder of a project, folders before what is in them, links as they are, but for `.orchestrate` at
 * its top and `.git` and `node_modules` anywhere. Devices, sockets and pipes are left out.
 */
export function listProject(project: string): readonly HostFile[] {
  const files: HostFile[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(project, folder), { withFileTypes: true })) {
      const { name } = entry;
      if (NEVER.has(name) || (folder === '' && name === STATE)) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      if (entry.isDirectory() || entry.isFile() || entry.isSymbolicLink()) {
        files.push({ path, from: join(project, path) });
      }
      if (entry.isDirectory()) visit(path);
    }
  };
  visit('');
  return files;
}

function bytesOf({ from }: HostFile): number {
  const stat = lstatSync(from, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.size : 0;
}

/** Bytes of all files. */
export function sizeOf(files: readonly HostFile[]): number {
  return files.reduce((sum, file) => sum + bytesOf(file), 0);
}

/** @throws CLI_PROJECT_TOO_LARGE naming the largest parts */
export function checkSize(files: readonly HostFile[], bytes: number, most = MOST_BYTES): void {
  if (bytes <= most) return;
  const parts = new Map<string, number>();
  for (const file of files) {
    const [top = ''] = file.path.split('/');
    parts.set(top, (parts.get(top) ?? 0) + bytesOf(file));
  }
  const largest = [...parts].sort(([, one], [, other]) => other - one).slice(0, 3);
  const told = largest.map(([name, size]) => `${name} (${formatBytes(size)})`).join(', ');
  throw cliError(
    'CLI_PROJECT_TOO_LARGE',
    `the folder of the project has ${formatBytes(bytes)}, more than ${formatBytes(most)}; most of it: ${told}`,
    { details: { bytes, most, largest: largest.map(([name]) => name) } },
  );
}
