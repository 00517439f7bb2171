import { accessSync, constants, statfsSync } from 'node:fs';
import type { Finding } from '@orchestrate/core';
import { abandoned } from './asides.ts';
import { systemCode } from './errors.ts';
import { Folder } from './folder.ts';
import { ASIDE_FOLDER } from './place.ts';
import type { StoreLock } from './store-lock.ts';

const GIGABYTE = 1e9;
/** Magic numbers of file systems shared between machines, whose locks reach no further than one of them for certain. */
const NETWORK_TYPES = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x0bd00bd0, 'Lustre'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE'],
  [0x47504653, 'GPFS'],
]);

function rootFinding(root: string): Finding {
  const there = Folder.open(root, '');
  if (there === undefined)
    return {
      subject: root,
      state: 'good',
      message: 'does not exist yet; the first write makes it',
    };
  there[Symbol.dispose]();
  try {
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK);
    return { subject: root, state: 'good', message: 'can be read and written' };
  } catch (error) {
    return {
      subject: root,
      state: 'bad',
      message: `cannot be read and written (${systemCode(error)})`,
      hint: 'Give your account read, write and search permission on the folder, or choose another path.',
    };
  }
}

function spaceFindings(root: string): readonly Finding[] {
  let system: ReturnType<typeof statfsSync>;
  try {
    system = statfsSync(root);
  } catch {
    return [];
  }
  const free = system.bavail * system.bsize;
  const text = `${(free / GIGABYTE).toFixed(1)} GB free`;
  const space: Finding =
    free < GIGABYTE
      ? { subject: root, state: 'warning', message: text, hint: 'Free space before a large run.' }
      : { subject: root, state: 'good', message: text };
  const network = NETWORK_TYPES.get(system.type);
  if (network === undefined) return [space];
  const message = `is on ${network}: conditional writes are atomic among the processes of one machine only`;
  const hint = 'Let only one machine write conditionally to this folder at a time.';
  return [space, { subject: root, state: 'warning', message, hint }];
}

function leftoverFindings(root: string, now: number): readonly Finding[] {
  using folder = Folder.open(root, ASIDE_FOLDER);
  const count = folder === undefined ? 0 : abandoned(folder, now).length;
  if (count === 0) return [];
  const message = `${count} unfinished files of killed writers; the next write removes them`;
  return [{ subject: `${root}/${ASIDE_FOLDER}`, state: 'good', message }];
}

function lockFindings(root: string, lock: StoreLock): readonly Finding[] {
  using folder = Folder.open(root, ASIDE_FOLDER);
  if (folder === undefined) return [];
  try {
    lock.hold(() => undefined);
    return [{ subject: 'lock', state: 'good', message: 'can be taken' }];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'Put the storage on a file system with file locks.';
    return [{ subject: 'lock', state: 'bad', message, hint }];
  }
}

/** What `doctor` says about a store. */
export function diagnoseRoot(root: string, lock: StoreLock, now: number): readonly Finding[] {
  return [
    rootFinding(root),
    ...spaceFindings(root),
    ...lockFindings(root, lock),
    ...leftoverFindings(root, now),
  ];
}
