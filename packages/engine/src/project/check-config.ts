import type { Json, Plugin } from '@orchestrate/core';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { ProblemList } from './problem-list.ts';
import { ONCE } from './project-schema.ts';
import { findReferences } from './reference-syntax.ts';
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

/** Complaints about the form of a text, which will be another one when its references have been resolved. */
const OF_FORM: ReadonlySet<string> = new Set(['invalid_format', 'too_small', 'too_big', 'custom']);

/** Options of a provider checked as far as they can be before references are resolved. */
export function checkedOptions(
  checking: Checking,
  plugin: Plugin,
  value: Json,
  path: Path,
  alsoKnown: readonly string[] = [],
): { readonly config: unknown; readonly written?: Json } | undefined {
  if (!hasReference(value)) return checkedConfig(checking, plugin, value, path, alsoKnown);
  const result = safely(() => plugin.config.safeParse(value, ONCE));
  if (result?.success === true) return { config: result.data, written: value };
  const isLate = result?.error.issues.every((issue) => isOfForm(issue, value));
  if (isLate === true) return { config: value, written: value };
  return checkedConfig(checking, plugin, value, path, alsoKnown);
}

/** Whether an issue may be none once references have been resolved. */
function isOfForm(issue: { code: string; path: readonly PropertyKey[] }, value: unknown): boolean {
  return OF_FORM.has(issue.code) && hasReference(valueAt(value, issue.path));
}

function safely<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined; // what a schema of somebody else's throws is told by checkedConfig
  }
}

function hasReference(value: unknown): boolean {
  if (typeof value === 'string') return findReferences(value).length > 0;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasReference);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : inner),
    value,
  );
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
    const issues = result.error.issues.filter((issue) => !isOfForm(issue, value));
    for (const one of explainIssues(issues, {
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
