import type { Json, Plugin } from '@orchestrate/core';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { ProblemList } from './problem-list.ts';
import { ONCE } from './project-schema.ts';
import { explainIssues } from './schema-issues.ts';
import { type Node, nodeAt, type Path, spotAt } from './tree.ts';

/** What the stages of checking one project share. */
export interface Checking {
  readonly root: Node;
  readonly registry: PluginRegistry;
  readonly problems: ProblemList;
}

/** The plugin that `use:` at a path names, or `undefined` after saying what is wrong with it. */
export async function pluginAt<K extends Plugin['kind']>(
  { root, registry, problems }: Checking,
  kind: K,
  use: string,
  path: Path,
): Promise<Extract<Plugin, { kind: K }> | undefined> {
  const found = await registry.find(kind, use);
  if (found === undefined || !('message' in found)) return found;
  problems.error(spotAt(root, path), path, found.message, found.hint);
  return undefined;
}

/** Options checked against a plugin's own schema; what it says is located in the file below `path`. */
export function checkedConfig(
  { root, problems }: Checking,
  plugin: Plugin,
  value: Json | undefined,
  path: Path,
  alsoKnown: readonly string[] = [],
): { readonly config: unknown } | undefined {
  try {
    const result = plugin.config.safeParse(value, ONCE);
    if (result.success) return { config: result.data };
    const node = nodeAt(root, path);
    for (const one of explainIssues(result.error.issues, {
      schema: plugin.config,
      node,
      alsoKnown,
    })) {
      const place = [...path, ...one.path];
      problems.error(spotAt(root, place, one.point), place, one.message, one.hint);
    }
  } catch (error) {
    // A schema of somebody else's may throw instead of answering.
    const why = error instanceof Error ? error.message : String(error);
    const message = `the ${plugin.kind} plugin "${plugin.name}" cannot check its options: ${why}`;
    problems.error(
      spotAt(root, path),
      path,
      message,
      'this is a defect of the plugin: tell its authors',
    );
  }
  return undefined;
}
