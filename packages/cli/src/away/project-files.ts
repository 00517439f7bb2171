import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes, type HostFile } from '@orchestrate/core';
import { cliError } from '../errors.ts';

/** More than this is more likely a folder of data that somebody forgot about than what a run needs. */
const MOST_BYTES = 2 * 2 ** 30;
/** Never brought along, wherever they are. */
const NEVER = new Set(['.git', 'node_modules']);
const STATE = '.orchestrate';

/** The files of a project, and how many bytes they have. */
export interface ProjectFiles {
  readonly files: readonly HostFile[];
  readonly bytes: number;
}

/**
 * Everything below the folder of a project, links as they are, but for `.orchestrate` at its top and `.git` and
 * `node_modules` anywhere. Devices, sockets and pipes are left out.
 */
export function projectFiles(project: string): ProjectFiles {
  const files: HostFile[] = [];
  let bytes = 0;
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(project, folder), { withFileTypes: true })) {
      const { name } = entry;
      if (NEVER.has(name) || (folder === '' && name === STATE)) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const from = join(project, path);
      if (entry.isDirectory() || entry.isFile() || entry.isSymbolicLink()) {
        files.push({ path, from });
      }
      if (entry.isFile()) bytes += lstatSync(from).size;
      if (entry.isDirectory()) visit(path);
    }
  };
  visit('');
  return { files, bytes };
}

/** @throws CLI_PROJECT_TOO_LARGE naming the largest parts */
export function checkSize({ files, bytes }: ProjectFiles, most = MOST_BYTES): void {
  if (bytes <= most) return;
  const parts = new Map<string, number>();
  for (const { path, from } of files) {
    const [top = ''] = path.split('/');
    const stat = lstatSync(from);
    if (stat.isFile()) parts.set(top, (parts.get(top) ?? 0) + stat.size);
  }
  const largest = [...parts].sort(([, one], [, other]) => other - one).slice(0, 3);
  const told = largest.map(([name, size]) => `${name} (${formatBytes(size)})`).join(', ');
  throw cliError(
    'CLI_PROJECT_TOO_LARGE',
    `the folder of the project has ${formatBytes(bytes)}, more than ${formatBytes(most)}; most of it: ${told}`,
    { details: { bytes, most, largest: largest.map(([name]) => name) } },
  );
}
