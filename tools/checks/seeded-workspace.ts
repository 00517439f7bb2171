import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listFiles, listPackages, repositoryRoot } from './tree.ts';

/** A copy of this repository's settings in a folder of its own, into which a test plants violations. */
export interface SeededWorkspace extends Disposable {
  readonly root: string;
}

/** Text by path from the root of the workspace. */
export type Seeds = Readonly<Record<string, string>>;

/** Settings without source: the root's and every package's. */
const SETTINGS =
  /^[^/]+\.(json|ts)$|^\.(oxlintrc\.json|jscpd\.json|gitignore)$|^packages\/[^/]+\/[^/]+\.(json|ts)$/;

/** Packages resolve to each other inside the copy, everything else to what is installed here. */
function linkModules(root: string): void {
  const installed = join(repositoryRoot, 'node_modules');
  mkdirSync(join(root, 'node_modules', '@orchestrate'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name === '@orchestrate') continue;
    symlinkSync(join(installed, name), join(root, 'node_modules', name));
  }
  for (const folder of listPackages(root)) {
    symlinkSync(join(root, 'packages', folder), join(root, 'node_modules', '@orchestrate', folder));
  }
}

function plant(root: string, seeds: Seeds): void {
  for (const [file, text] of Object.entries(seeds)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

function copyTree(files: readonly string[], seeds: Seeds): SeededWorkspace {
  const root = mkdtempSync(join(tmpdir(), 'orchestrate-seeded-'));
  for (const file of files) cpSync(join(repositoryRoot, file), join(root, file));
  plant(root, seeds);
  execFileSync('git', ['init', '-q'], { cwd: root });
  linkModules(root);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

/** A workspace with this repository's settings, an almost empty `src/index.ts` in every package, and the seeds. */
export function seedSettings(seeds: Seeds): SeededWorkspace {
  const indexes = listPackages(repositoryRoot).map((folder) => [
    `packages/${folder}/src/index.ts`,
    `/** Name of this package. */\nexport const NAME = '${folder}';\n`,
  ]);
  const files = listFiles(repositoryRoot).filter((file) => SETTINGS.test(file));
  return copyTree(files, { ...Object.fromEntries(indexes), ...seeds });
}

/** A copy of the whole repository with the seeds planted in it. */
export function seedEverything(seeds: Seeds): SeededWorkspace {
  return copyTree(listFiles(repositoryRoot), seeds);
}
