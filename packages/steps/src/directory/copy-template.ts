import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  futimesSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { stepError } from '../errors.ts';
import { sayingWhat, systemCode } from '../system-error.ts';
import { type PlannedFile, planTemplate, type TemplatePlan } from './template-plan.ts';

/** What a new folder is made from. */
export interface NewFolder {
  readonly directory: string;
  /** `undefined`: an empty folder. */
  readonly template?: string | undefined;
  /** If the folder is there already: fail, or keep it as it is. */
  readonly existing: 'fail' | 'keep';
  /** Files and links of the template that it does not get; paths from the root of the template with `/`. */
  readonly leaveOut?: ReadonlySet<string>;
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const COPY = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;
/** What the process's mask may take away at creation. */
const umask = process.umask();

function writeHeld(path: string, file: PlannedFile, content: Buffer): void {
  const descriptor = openSync(path, NEW_FILE, file.mode);
  try {
    for (let done = 0; done < content.length; ) done += writeSync(descriptor, content, done);
    if ((file.mode & umask) !== 0 || file.mode > 0o777) fchmodSync(descriptor, file.mode);
    futimesSync(descriptor, file.time, file.time);
  } finally {
    closeSync(descriptor);
  }
}

function writeFile(root: string, path: string, file: PlannedFile): void {
  if (file.content !== undefined) {
    writeHeld(path, file, file.content);
    return;
  }
  copyFileSync(`${root}/${file.path}`, path, COPY);
  chmodSync(path, file.mode);
  utimesSync(path, file.time, file.time);
}

/** Fills a folder that was just made, so that no link of somebody else can be in it. */
function fill(
  folder: string,
  { root, folders, files, links }: TemplatePlan,
  leaveOut: ReadonlySet<string> | undefined,
): void {
  for (const { path } of folders) if (path !== '') mkdirSync(`${folder}/${path}`, 0o700);
  for (const file of files) {
    if (leaveOut?.has(file.path) !== true) writeFile(root, `${folder}/${file.path}`, file);
  }
  for (const { path, target, time } of links) {
    if (leaveOut?.has(path) === true) continue;
    symlinkSync(target, `${folder}/${path}`);
    lutimesSync(`${folder}/${path}`, time, time);
  }
}

/** Modes and times of folders come last, the inner ones first. */
function finish(folder: string, { folders }: TemplatePlan): void {
  for (const { path, mode, time } of folders.toReversed()) {
    const full = path === '' ? folder : `${folder}/${path}`;
    chmodSync(full, mode);
    utimesSync(full, time, time);
  }
}

function isThere({ directory, existing }: NewFolder): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (existing === 'keep' && stat.isDirectory()) return true;
  const what = stat.isDirectory() ? 'is there already' : 'is there and is not a folder';
  throw stepError('STEP_EXISTS', `${directory} ${what}.`, { details: { path: directory } });
}

function asideIn(parent: string, name: string): string {
  const unique = randomUUID().slice(0, 8) + randomUUID().slice(0, 4);
  const path = join(parent, `.${name.slice(0, 100)}.${unique}.part`);
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    mkdirSync(parent, { recursive: true });
    mkdirSync(path, 0o700);
  }
  return path;
}

/** An empty folder has the mode that new folders have. */
const EMPTY: TemplatePlan = {
  root: '',
  folders: [],
  files: [],
  links: [],
};

/**
 * Makes a folder from a template, whole or not at all: it is filled under another name beside its place, and renamed.
 * `change` may add to it or alter it before that, for instance render files; it gets the path meanwhile. All calls to the
 * system are made at once, without a turn for anything else. Returns whether the folder was made.
 * @throws STEP_EXISTS, STEP_PATH, STEP_SPACE, STEP_DENIED, STEP_UNAVAILABLE
 */
export function copyTemplate(folder: NewFolder, change?: (aside: string) => void): boolean {
  const directory = resolve(folder.directory);
  if (isThere({ ...folder, directory })) return false;
  const plan = folder.template === undefined ? EMPTY : planTemplate(folder.template);
  return sayingWhat('make the folder', directory, () => {
    const aside = asideIn(dirname(directory), basename(directory));
    try {
      fill(aside, plan, folder.leaveOut);
      change?.(aside);
      finish(aside, plan);
      if (plan === EMPTY) chmodSync(aside, 0o777 & ~umask);
      return place(aside, { ...folder, directory });
    } catch (error) {
      rmSync(aside, { recursive: true, force: true });
      throw error;
    }
  });
}

/** Gives the finished folder its name. Somebody else may have made one meanwhile. */
function place(aside: string, folder: NewFolder): boolean {
  if (isThere(folder)) {
    rmSync(aside, { recursive: true, force: true });
    return false;
  }
  renameSync(aside, folder.directory);
  return true;
}
