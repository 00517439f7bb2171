import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';
import type { LoadedProjectFile } from '@orchestrate/engine';
import { readManifest } from '../away/package-closure.ts';

/** A plugin a project uses. */
export interface UsedPlugin {
  readonly kind: string;
  readonly name: string;
  /** Package name, or path relative to the project's folder. */
  readonly package: string;
  readonly version?: string;
}

/** The programs that are there when a record is made. */
export interface Software {
  readonly orchestrate: string;
  readonly node: string;
  readonly plugins: readonly UsedPlugin[];
}

/** Version of a package that came with the program. */
function versionHere(name: string): string | undefined {
  if (name.startsWith('.')) return undefined;
  try {
    const manifest = findPackageJSON(name, import.meta.url);
    return manifest === undefined ? undefined : readManifest(dirname(manifest)).version;
  } catch {
    return undefined; // it is somewhere else, where only the project finds it
  }
}

/** The programs of a project, with their versions as they are now. */
export function softwareOf(loaded: LoadedProjectFile, version: string): Software {
  const providers = [...loaded.storages.values(), ...loaded.backends.values(), ...loaded.flows];
  const used = loaded.plugins.filter(({ plugin }) =>
    providers.some((provider) => provider.plugin === plugin),
  );
  return {
    orchestrate: version,
    node: process.versions.node,
    plugins: used.map(({ plugin, from, version: own = versionHere(from) }) => ({
      kind: plugin.kind,
      name: plugin.name,
      package: from,
      ...(own === undefined ? {} : { version: own }),
    })),
  };
}
