import type { BackendPlugin, JsonObject, Plugin, StoragePlugin } from '@orchestrate/core';
import { type Checking, checkedConfig, checkedOptions, pluginAt } from './check-config.ts';
import type { ConfiguredProvider } from './loaded-project.ts';
import { fieldOf, withoutKeys } from './plain.ts';

type Section = 'storage' | 'backends';

/** Name of the entry that is there without being written. */
const BUILT_IN = 'local';

/** Entries of `storage` or `backends`, each checked against its plugin, and the built-in `local` at the end. */
export async function checkProviders<K extends 'storage' | 'backend'>(
  checking: Checking,
  kind: K,
  section: Section,
  entries: JsonObject,
): Promise<
  ReadonlyMap<
    string,
    ConfiguredProvider<Extract<Plugin, { kind: K }> & (StoragePlugin | BackendPlugin)>
  >
> {
  type Provider = ConfiguredProvider<
    Extract<Plugin, { kind: K }> & (StoragePlugin | BackendPlugin)
  >;
  const providers = new Map<string, Provider>();
  for (const [name, entry] of Object.entries(entries)) {
    const use = fieldOf(entry, 'use');
    if (typeof use !== 'string') continue; // the shared schema has complained
    const plugin = await pluginAt(checking, kind, use, [section, name, 'use']);
    if (plugin === undefined) continue;
    const options = withoutKeys(entry as JsonObject, ['use']);
    const checked = checkedOptions(checking, plugin, options, [section, name], ['use']);
    if (checked !== undefined)
      providers.set(name, {
        name,
        plugin,
        ...sourceOf(checking, kind, use),
        ...checked,
      } as Provider);
  }
  if (!Object.hasOwn(entries, BUILT_IN) && checking.registry.namesOf(kind).includes(BUILT_IN)) {
    const plugin = await pluginAt(checking, kind, BUILT_IN, [section]);
    const checked =
      plugin === undefined ? undefined : checkedConfig(checking, plugin, {}, [section]);
    if (checked !== undefined)
      providers.set(BUILT_IN, { name: BUILT_IN, plugin, ...checked } as Provider);
  }
  return providers;
}

/** Whether a section has an entry of this name, written or built in. */
export function hasProvider(
  checking: Checking,
  kind: 'storage' | 'backend',
  entries: JsonObject,
  name: string,
): boolean {
  return (
    Object.hasOwn(entries, name) ||
    (name === BUILT_IN && checking.registry.namesOf(kind).includes(BUILT_IN))
  );
}

function sourceOf({ registry }: Checking, kind: Plugin['kind'], use: string): { from?: string } {
  const from = registry.sourceOf(kind, use);
  return from === undefined ? {} : { from };
}
