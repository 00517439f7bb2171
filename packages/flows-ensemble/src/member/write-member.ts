import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { copyTemplate } from '@orchestrate/steps';
import { ensembleError } from '../errors.ts';
import type { Wanted } from './wanted-files.ts';

const OWNER_ALL = 0o700;

/** What the process's mask may take away from the mode of a new file. */
const umask = process.umask();

function writeRendered(file: string, { entry: { mode }, text = '' }: Wanted): void {
  writeFileSync(file, text, { flag: 'wx', mode });
  if ((mode & umask) !== 0 || mode > 0o777) chmodSync(file, mode);
}

/** A folder in place of the link to it, or a link to what lies behind that link. */
function placeOpened(file: string, { entry }: Wanted): void {
  rmSync(file, { force: true });
  if (entry.kind === 'link') symlinkSync(entry.target, file);
  else mkdirSync(file, entry.mode | OWNER_ALL);
}

/**
 * Makes the directory of a member whole under another name, then gives it its own: a worker that is killed on the way
 * leaves nothing that looks finished.
 */
export function makeMember(template: string, directory: string, all: readonly Wanted[]): void {
  const rendered = all.filter(({ text }) => text !== undefined);
  const leaveOut = new Set(rendered.map(({ entry }) => entry.path));
  copyTemplate({ directory, template, existing: 'fail', leaveOut }, (aside) => {
    for (const wanted of all) {
      const file = join(aside, wanted.path);
      if (wanted.text !== undefined) writeRendered(file, wanted);
      else if (wanted.entry.source !== undefined) placeOpened(file, wanted);
    }
  });
}

/** Refuses to write where a folder on the way is a link: what it leads to is not the member's. */
function mustBeOwn(directory: string, path: string): void {
  let at = directory;
  for (const part of path.split('/').slice(0, -1)) {
    at = join(at, part);
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    throw ensembleError('ENSEMBLE_LINK', `${at} is a link; nothing is written through it`, {
      details: { path: at },
    });
  }
}

function writeAside(template: string, file: string, wanted: Wanted): void {
  const { entry, text } = wanted;
  if (text !== undefined) writeRendered(file, wanted);
  else if (entry.kind === 'link') symlinkSync(entry.target, file);
  else {
    copyFileSync(
      join(template, entry.path),
      file,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE,
    );
    chmodSync(file, entry.mode);
    utimesSync(file, entry.mtimeMs / 1000, entry.mtimeMs / 1000);
  }
}

/** Writes some things again, each whole or not at all, and touches nothing else. */
export function updateMember(
  template: string,
  directory: string,
  changed: readonly Wanted[],
): void {
  for (const wanted of changed) {
    const file = join(directory, wanted.path);
    mustBeOwn(directory, wanted.path);
    if (wanted.entry.kind === 'folder') {
      // What was a link before is not written through, and modes of what it leads to are not the member's.
      if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(file);
      mkdirSync(file, { recursive: true });
      chmodSync(file, wanted.entry.mode);
      continue;
    }
    const aside = `${file}.orchestrate-new`;
    rmSync(aside, { force: true });
    mkdirSync(dirname(file), { recursive: true });
    writeAside(template, aside, wanted);
    renameSync(aside, file);
  }
}
