import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository this file belongs to. */
export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Something a checker found: where, and what is wrong there. */
export interface Finding {
  /** Path from the root of the tree, with `/`. */
  readonly file: string;
  readonly message: string;
}

/** What a checker looked at and found. A checker that looked at nothing proves nothing, so the count is part of it. */
export interface Report {
  readonly looked: number;
  readonly findings: readonly Finding[];
}

/** The parts of a `package.json` that checks read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/** Files of a tree that git tracks or would track, as sorted paths from its root. */
export function listFiles(root: string): string[] {
  const listing = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listing.split('\0').filter((file) => file !== '');
  // A file that was deleted but not yet staged is still listed, and so are links to folders.
  const isFile = (file: string): boolean =>
    statSync(join(root, file), { throwIfNoEntry: false })?.isFile() === true;
  return [...new Set(files)].filter(isFile).sort();
}

/** TypeScript files of packages, tools and tests. */
export function listSources(root: string): string[] {
  return listFiles(root).filter(
    (file) => /^(packages|tools|test)\//.test(file) && file.endsWith('.ts'),
  );
}

/** Folder names under `packages/`, sorted. */
export function listPackages(root: string): string[] {
  const names = listFiles(root).flatMap(
    (file) => /^packages\/([^/]+)\/package\.json$/.exec(file)?.[1] ?? [],
  );
  return names.sort();
}

/** Text of one file of a tree. */
export function readText(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Manifest of one package folder. */
export function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readText(root, `packages/${folder}/package.json`)) as Manifest;
}

/** Whether a file holds tests or serves them only. */
export function isTestFile(file: string): boolean {
  return /\.test\.ts$|^packages\/[^/]+\/test\/|^test\/|\/vitest\.config\.ts$/.test(file);
}
