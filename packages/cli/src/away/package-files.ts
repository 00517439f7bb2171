import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { globPattern, type HostFile } from '@orchestrate/core';
import { cliError } from '../errors.ts';
import type { PlacedPackage } from './package-closure.ts';

const OURS = '@orchestrate/';
/** Needed by nobody who runs a program: types, source maps, records of builds. */
const LEFT_OUT = /\.(?:d\.[cm]?ts|map|tsbuildinfo)$/;
const NEVER = new Set(['node_modules', '.git']);

/** Everything below a folder, or the file itself, by path; links are left out, as they are when packages are published. */
function filesBelow(folder: string, path: string): string[] {
  const entries = readdirSync(join(folder, path), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return NEVER.has(entry.name) ? [] : filesBelow(folder, below);
    return entry.isFile() && !LEFT_OUT.test(entry.name) ? [below] : [];
  });
}

/** A package in somebody's working tree has more in it than is published: its manifest says what is. */
function isWorkingTree(folder: string): boolean {
  return !folder.includes(`${sep}node_modules${sep}`);
}

function publishedTop({ folder, manifest }: PlacedPackage): string[] {
  const top = readdirSync(folder).filter((name) => !NEVER.has(name));
  const isOurs = manifest.name?.startsWith(OURS) === true;
  const patterns = (manifest.files ?? [])
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => globPattern(pattern.replace(/^\.?\//, '').split('/')[0] ?? ''));
  const isWhole = !isWorkingTree(folder) || patterns.length === 0;
  return top.filter((name) => {
    // The source of our own packages is there for people and debuggers.
    if (isOurs && name === 'src') return false;
    return isWhole || name === 'package.json' || patterns.some((pattern) => pattern.test(name));
  });
}

/** What the manifest exports under the package's own name. Of other entries it is theirs to say what is there. */
function ownEntry(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null) return exported;
  const keys = Object.keys(exported);
  return keys.some((key) => key.startsWith('.')) ? Reflect.get(exported, '.') : exported;
}

/** Files of an entry. */
function entriesOf(exported: unknown): string[] {
  if (typeof exported === 'string') return [exported];
  if (typeof exported !== 'object' || exported === null) return [];
  return Object.entries(exported).flatMap(([condition, target]) =>
    condition === 'default' ? entriesOf(target) : [],
  );
}

function checkBuilt({ folder, manifest }: PlacedPackage): void {
  const missing = entriesOf(ownEntry(manifest.exports)).find(
    (path) => !path.includes('*') && !existsSync(join(folder, path)),
  );
  if (missing === undefined) return;
  const { name = folder } = manifest;
  throw cliError('CLI_NOT_BUILT', `the package ${name} has no ${missing} in ${folder}`, {
    details: { package: name, file: join(folder, missing) },
  });
}

/** Files of packages with their places below the folder that will hold all of them. @throws CLI_NOT_BUILT */
export function packageFiles(packages: readonly PlacedPackage[]): readonly HostFile[] {
  return packages.flatMap((placed) => {
    checkBuilt(placed);
    const { folder, path } = placed;
    const names = new Set(publishedTop(placed));
    return filesBelow(folder, '')
      .filter((file) => names.has(file.split('/')[0] ?? ''))
      .map((file) => ({ path: `${path}/${file}`, from: join(folder, file) }));
  });
}

/** A name for exactly these files: what has it is there already. */
export function digestOfFiles(files: readonly HostFile[]): string {
  const all = createHash('sha256');
  for (const { path, from } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const content = createHash('sha256').update(readFileSync(from)).digest('hex');
    all.update(`${path}\0${content}\0`);
  }
  return all.digest('hex').slice(0, 16);
}
