import { readFileSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suggest } from '@orchestrate/core';
import { confinedFile } from '../project/confined-file.ts';
import { officialPackages } from './official-plugins.ts';

const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const MODULE = /\.(?:[cm]?js|[cm]?ts)$/;

/** Where a plugin's code is, not loaded yet; or why it cannot be loaded. */
export type Resolved =
  | { readonly file: string; readonly version?: string }
  | { readonly message: string; readonly hint?: string };

/** Finds what an entry of `plugins:` names, as seen from the project's folder. Loads nothing. */
export function resolvePlugin(entry: string, directory: string): Resolved {
  if (entry.startsWith('./') || entry.startsWith('../')) return resolveFile(entry, directory);
  if (!PACKAGE.test(entry) || entry.length > 214) {
    return {
      message: `"${entry}" is no package name`,
      hint: 'write the name as on npm, or `./plugin.ts` for a file of the project',
    };
  }
  const manifest = findManifest(entry, directory);
  if (manifest === undefined) return notInstalled(entry);
  try {
    return { file: createRequire(join(directory, '/')).resolve(entry), ...versionOf(manifest) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const hint =
      code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
        ? 'the `exports` of its package.json need a "default" entry'
        : `install it again: npm install ${entry}`;
    return {
      message: `the package "${entry}" is there, but its code is not found (${code})`,
      hint,
    };
  }
}

function resolveFile(entry: string, directory: string): Resolved {
  if (!MODULE.test(entry)) {
    return {
      message: `"${entry}" is no JavaScript or TypeScript file`,
      hint: 'expected .js, .mjs, .ts or .mts',
    };
  }
  const found = confinedFile(directory, directory, entry);
  return 'complaint' in found ? { message: found.complaint } : { file: found.path };
}

function findManifest(name: string, directory: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(directory, '/')));
  } catch {
    return undefined; // thrown, instead of `undefined`, when no folder on the way has node_modules
  }
}

function notInstalled(name: string): Resolved {
  const official = officialPackages();
  const meant = official.includes(name) ? undefined : suggest(name, official);
  return {
    message: `the package "${name}" is not installed for this project`,
    hint:
      meant === undefined
        ? `npm install ${name}`
        : `did you mean "${meant}"? then: npm install ${meant}`,
  };
}

function versionOf(manifest: string): { readonly version?: string } {
  try {
    const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    const version: unknown =
      typeof content === 'object' && content !== null ? Reflect.get(content, 'version') : undefined;
    return typeof version === 'string' ? { version } : {};
  } catch {
    return {}; // only shown in lists; the import itself tells what is wrong with a broken package
  }
}

/** Whether a package is installed where the project sees it. */
export function isInstalled(name: string, directory: string): boolean {
  const manifest = findManifest(name, directory);
  return manifest !== undefined && dirname(manifest) !== directory;
}
