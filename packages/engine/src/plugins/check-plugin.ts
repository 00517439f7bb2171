import { CONTRACT_VERSION, NAME_PATTERN, type Plugin } from '@orchestrate/core';
import { listed } from '../project/value-words.ts';

const KINDS: readonly string[] = ['storage', 'backend', 'flow'];

/** The default export of a module, also of one that was translated to CommonJS. */
export function defaultExport(module: unknown): unknown {
  const value = fieldOf(module, 'default');
  return fieldOf(module, '__esModule') === undefined && fieldOf(value, '__esModule') === true
    ? fieldOf(value, 'default')
    : value;
}

/** A field of anything, or `undefined`; a getter that throws has no value. */
function fieldOf(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
    return undefined;
  try {
    return Reflect.get(value, name);
  } catch {
    return undefined; // an accessor of a foreign package; what it throws is not worth more than nothing
  }
}

/** What keeps an exported value from being a plugin for this program, in one sentence. */
export function pluginComplaint(
  value: unknown,
  from: string,
): { readonly message: string; readonly hint?: string } | undefined {
  const version = fieldOf(value, 'contract');
  if (typeof version === 'number' && version !== CONTRACT_VERSION)
    return contractComplaint(version, from);
  const wrong = wrongFields(value);
  if (wrong.length === 0) return undefined;
  return {
    message: `"${from}" is not a plugin: its default export has ${listed(wrong)}`,
    hint: 'a plugin exports `definePlugin({ kind, name, contract, config, create })` as default',
  };
}

function contractComplaint(version: number, from: string) {
  const newer = version > CONTRACT_VERSION;
  return {
    message: `"${from}" was written for plugin contract ${version}, this program has contract ${CONTRACT_VERSION}`,
    hint: newer
      ? 'update Orchestrate: npm install @orchestrate/cli@latest'
      : `update the plugin: npm install ${from}@latest`,
  };
}

function wrongFields(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return ['no plugin object'];
  const kind = fieldOf(value, 'kind');
  const name = fieldOf(value, 'name');
  const config = fieldOf(value, 'config');
  const wrong: string[] = [];
  if (typeof kind !== 'string' || !KINDS.includes(kind))
    wrong.push('no kind (storage, backend or flow)');
  if (typeof name !== 'string' || !NAME_PATTERN.test(name)) wrong.push('no valid name');
  if (typeof fieldOf(value, 'contract') !== 'number') wrong.push('no contract version');
  if (typeof fieldOf(config, 'safeParse') !== 'function' || fieldOf(config, '_zod') === undefined) {
    wrong.push('no zod 4 schema as config');
  }
  if (typeof fieldOf(value, 'create') !== 'function') wrong.push('no create function');
  return wrong;
}

/** Whether a value is a plugin for this program. */
export function isPlugin(value: unknown, from: string): value is Plugin {
  return pluginComplaint(value, from) === undefined;
}
