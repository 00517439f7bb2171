import { type Json, type JsonObject, suggest } from '@orchestrate/core';
import { type Checking, checkedConfig, pluginAt } from './check-config.ts';
import { flowOrder } from './flow-order.ts';
import type { ConfiguredFlow } from './loaded-project.ts';
import { withoutKeys } from './plain.ts';
import { FLOW_FIELDS, ONCE, PluginFlow } from './project-schema.ts';
import { explainIssues } from './schema-issues.ts';
import { nodeAt, type Path, spotAt } from './tree.ts';
import { listed } from './value-words.ts';

/** The built-in plugin for flows that are written in the project file. */
const INLINE = 'inline';

/** Runs functions inside the leading process; not an entry of `backends`, and may not become one. */
export const LEADER = 'leader';

/** What flows may refer to. */
export interface FlowSurroundings {
  /** Names of all backends, also those that are not usable. */
  readonly backends: readonly string[];
}

/** Entries of `flows`, each checked against its plugin, in an order in which every flow comes after those it needs. */
export async function checkFlows(
  checking: Checking,
  entries: JsonObject,
  { backends }: FlowSurroundings,
): Promise<readonly ConfiguredFlow[]> {
  const flows = new Map<string, ConfiguredFlow>();
  for (const [name, entry] of Object.entries(entries)) {
    if (!isMap(entry)) continue; // the shared schema has complained
    checkName(
      checking,
      ['flows', name, 'backend'],
      entry['backend'],
      [...backends, LEADER],
      'backend',
    );
    const config = await flowConfig(checking, name, entry);
    if (config === undefined) continue;
    const backend = entry['backend'];
    flows.set(name, {
      name,
      ...config,
      needs: needsOf(entry),
      ...(typeof backend === 'string' ? { backend } : {}),
    });
  }
  const order = checkNeeds(checking, entries);
  return order.flatMap((name) => flows.get(name) ?? []);
}

async function flowConfig(
  checking: Checking,
  name: string,
  entry: JsonObject,
): Promise<Pick<ConfiguredFlow, 'plugin' | 'config'> | undefined> {
  const use = entry['use'];
  const path = ['flows', name];
  if (use === undefined || use === INLINE) {
    const plugin = await pluginAt(checking, 'flow', INLINE, path);
    if (plugin === undefined) return undefined;
    const common = ['use', ...Object.keys(FLOW_FIELDS)];
    const checked = checkedConfig(checking, plugin, withoutKeys(entry, common), path, common);
    return checked === undefined ? undefined : { plugin, ...checked };
  }
  if (typeof use !== 'string') return undefined;
  checkPluginFlow(checking, entry, path);
  const plugin = await pluginAt(checking, 'flow', use, [...path, 'use']);
  if (plugin === undefined) return undefined;
  const checked = checkedConfig(checking, plugin, entry['with'] ?? {}, [...path, 'with']);
  return checked === undefined ? undefined : { plugin, ...checked };
}

/** Only keys are new here: the types of the common fields were checked with the whole file. */
function checkPluginFlow({ root, problems }: Checking, entry: JsonObject, path: Path): void {
  const result = PluginFlow.safeParse(entry, ONCE);
  if (result.success) return;
  for (const one of explainIssues(result.error.issues, {
    schema: PluginFlow,
    node: nodeAt(root, path),
  })) {
    const place = [...path, ...one.path];
    const inWith = one.message === 'unknown key' && one.hint?.startsWith('did you mean') !== true;
    const hint = inWith
      ? `options of the plugin belong under \`with\`; ${one.hint ?? ''}`
      : one.hint;
    problems.error(spotAt(root, place, one.point), place, one.message, hint);
  }
}

function checkNeeds(checking: Checking, entries: JsonObject): readonly string[] {
  const { root, problems } = checking;
  const names = Object.keys(entries);
  const needs = new Map<string, readonly string[]>();
  for (const name of names) {
    const entry = entries[name];
    const wanted = isMap(entry) ? needsOf(entry) : [];
    const single = isMap(entry) && typeof entry['needs'] === 'string';
    for (const [index, need] of wanted.entries()) {
      const path = ['flows', name, 'needs', ...(single ? [] : [index])];
      checkName(checking, path, need, names, 'flow');
    }
    needs.set(name, wanted);
  }
  const ordered = flowOrder(needs);
  if ('order' in ordered) return ordered.order;
  const path = ['flows', ordered.cycle[0] ?? '', 'needs'];
  const message = `flows need each other in a circle: ${ordered.cycle.join(' -> ')}`;
  problems.error(spotAt(root, path), path, message, 'take one of these needs away');
  return [];
}

/** Reports a name that is not among the known ones. */
export function checkName(
  { root, problems }: Checking,
  path: Path,
  name: Json | undefined,
  known: readonly string[],
  what: string,
): void {
  if (typeof name !== 'string' || known.includes(name)) return;
  const near = suggest(name, known);
  const choice = known.length === 0 ? undefined : `there are ${listed(known)}`;
  const hint = near === undefined ? choice : `did you mean "${near}"?`;
  problems.error(spotAt(root, path), path, `there is no ${what} "${name}"`, hint);
}

function needsOf(entry: JsonObject): readonly string[] {
  const needs = entry['needs'];
  if (typeof needs === 'string') return [needs];
  return Array.isArray(needs) ? needs.filter((need) => typeof need === 'string') : [];
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
