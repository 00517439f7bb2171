import type { Plugin } from '@orchestrate/core';
import type { JsonSchema } from './json-schema.ts';
import type { LoadedProjectFile, LoadOptions } from './load-project.ts';

// The YAML reader and the schemas cost more to load than most commands take: only those that read a project pay for them.

/**
 * Reads, merges and checks a project: the file with its includes, then the profiles, then each `--set`. Nothing is made
 * and nothing is run. All problems are found before any is thrown.
 * @throws PROJECT_INVALID (`ProjectProblems`), PROJECT_NOT_FOUND
 */
export async function loadProject(options: LoadOptions): Promise<LoadedProjectFile> {
  const module = await import('./load-project.ts');
  return module.loadProject(options);
}

/** JSON schema of the whole project file with the options of the given plugins and of flows written in the file. */
export async function projectJsonSchema(plugins: readonly Plugin[]): Promise<JsonSchema> {
  const module = await import('./json-schema.ts');
  const { INLINE } = await import('../plugins/inline-builtin.ts');
  return module.projectJsonSchema([...plugins, await INLINE.load()]);
}
