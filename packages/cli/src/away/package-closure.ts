import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cliError } from '../errors.ts';

/** What of a `package.json` is looked at. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly files?: readonly string[];
  readonly exports?: unknown;
  readonly main?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package in its place: `path` below the folder that holds everything, such as `node_modules/yaml`. */
export interface PlacedPackage {
  readonly path: string;
  /** Real folder of the package on this machine. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** A package that is wanted, and the folder from which it is looked for as Node does. */
export interface WantedPackage {
  readonly name: string;
  readonly from: string;
}

/** The `package.json` of a folder; empty where there is none. */
export function readManifest(folder: string): Manifest {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return {};
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** Real folder of a package, as Node finds it from another folder. */
function folderOf({ name, from }: WantedPackage): string | undefined {
  try {
    const manifest = findPackageJSON(name, pathToFileURL(join(from, '/')));
    return manifest === undefined ? undefined : realpathSync(dirname(manifest));
  } catch {
    return undefined;
  }
}

/** What a package imports of others. Optional ones are left out: they are native builds for this machine, or for its comfort. */
function needsOf(manifest: Manifest): string[] {
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const peers = Object.keys(peerDependencies).filter(
    (name) => peerDependenciesMeta[name]?.optional !== true,
  );
  return [...new Set([...Object.keys(dependencies), ...peers])];
}

/** Packages by their place, looked up as Node does: from the place upwards. */
class Tree {
  readonly #places = new Map<string, PlacedPackage>();

  get all(): readonly PlacedPackage[] {
    return [...this.#places.values()];
  }

  /** What `name` means to the package at `path`; '' for what is outside of all packages. */
  look(name: string, path: string): PlacedPackage | undefined {
    const found = this.#places.get(join(path, 'node_modules', name));
    if (found !== undefined || path === '') return found;
    const above = path.lastIndexOf('/node_modules/');
    return this.look(name, above === -1 ? '' : path.slice(0, above));
  }

  put(name: string, path: string, folder: string): PlacedPackage {
    const place = join(path, 'node_modules', name);
    const placed = { path: place, folder, manifest: readManifest(folder) };
    this.#places.set(place, placed);
    return placed;
  }
}

/**
 * Everything that some packages need, in one tree in which each finds what it finds here: at the top where all agree, below
 * the one that wants another version where they do not.
 * @throws CLI_PLUGIN_MISSING for a package that is not installed
 */
export function packageClosure(wanted: readonly WantedPackage[]): readonly PlacedPackage[] {
  const tree = new Tree();
  const queue = wanted.map((one) => ({ ...one, path: '' }));
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { name, from, path } = next;
    const folder = folderOf(next);
    if (folder === undefined) {
      throw cliError('CLI_PLUGIN_MISSING', `the package ${name}, needed by ${from}, is not there`, {
        details: { package: name, from },
      });
    }
    const known = tree.look(name, path);
    // What is wanted for the top comes first, and of two that want different things there the first one wins.
    if (known !== undefined && (known.folder === folder || path === '')) continue;
    const placed = tree.put(name, known === undefined ? '' : path, folder);
    const needs = needsOf(placed.manifest);
    queue.push(...needs.map((need) => ({ name: need, from: folder, path: placed.path })));
  }
  return tree.all;
}
