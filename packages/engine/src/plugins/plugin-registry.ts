import { pathToFileURL } from 'node:url';
import { isFlowError, type Plugin, suggest } from '@orchestrate/core';
import type { Complaint } from '../project/problem-list.ts';
import { listed } from '../project/value-words.ts';
import type { Builtin, LoadedPlugin } from './builtin.ts';
import { defaultExport, isPlugin, pluginComplaint } from './check-plugin.ts';
import { officialNames, officialPlugin } from './official-plugins.ts';
import { isInstalled, resolvePlugin } from './resolve-plugin.ts';

const KIND_WORDS: Readonly<Record<Plugin['kind'], string>> = {
  storage: 'a storage',
  backend: 'a backend',
  flow: 'a flow',
};

/** The plugins a project may use: those it lists and the built-in ones, found by kind and name. */
export class PluginRegistry {
  readonly #directory: string;
  readonly #builtins: readonly Builtin[];
  readonly #loaded = new Map<string, LoadedPlugin>();
  /** Listed, but not usable: said already, so that what builds on them need not be complained about again. */
  readonly #broken = new Set<string>();

  /** `directory`: the project's folder, from where packages are looked up. */
  constructor(directory: string, builtins: readonly Builtin[]) {
    this.#directory = directory;
    this.#builtins = builtins;
  }

  /** Loads what one entry of `plugins:` names. Answers what is wrong with it, if anything. */
  async add(entry: string): Promise<Complaint | undefined> {
    if (this.#builtins.some((builtin) => builtin.package === entry)) return undefined;
    const complaint = await this.#load(entry);
    if (complaint !== undefined) this.#broken.add(entry);
    return complaint;
  }

  async #load(entry: string): Promise<Complaint | undefined> {
    const resolved = resolvePlugin(entry, this.#directory);
    if ('message' in resolved) return resolved;
    let exported: unknown;
    try {
      exported = defaultExport(await import(pathToFileURL(resolved.file).href));
    } catch (error) {
      return {
        message: `"${entry}" could not be loaded: ${firstLine(error)}`,
        hint: 'see its README, or ask its authors',
      };
    }
    const plugins: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
    for (const plugin of plugins) {
      const complaint = this.#register(plugin, entry, resolved.version);
      if (complaint !== undefined) return complaint;
    }
    return plugins.length > 0
      ? undefined
      : { message: `"${entry}" exports an empty list of plugins` };
  }

  #register(plugin: unknown, from: string, version: string | undefined): Complaint | undefined {
    if (!isPlugin(plugin, from)) return pluginComplaint(plugin, from);
    const { kind, name } = plugin;
    const other =
      this.#loaded.get(`${kind} ${name}`)?.from ??
      this.#builtins.find((builtin) => builtin.kind === kind && builtin.name === name)?.package;
    if (other !== undefined) {
      return {
        message: `"${from}" and "${other}" both bring ${KIND_WORDS[kind]} called "${name}"`,
        hint: 'list only one of them',
      };
    }
    this.#loaded.set(`${kind} ${name}`, {
      plugin,
      from,
      ...(version === undefined ? {} : { version }),
    });
    return undefined;
  }

  /** The plugin that `use:` names; a built-in one is loaded now. Otherwise what is wrong, and the cure. */
  async find<K extends Plugin['kind']>(
    kind: K,
    name: string,
  ): Promise<Extract<Plugin, { kind: K }> | Complaint | undefined> {
    const known = this.#loaded.get(`${kind} ${name}`) ?? (await this.#builtin(kind, name));
    if (known !== undefined && 'message' in known) return known;
    if (known !== undefined) return known.plugin as Extract<Plugin, { kind: K }>;
    return this.#unknown(kind, name);
  }

  async #builtin(
    kind: Plugin['kind'],
    name: string,
  ): Promise<LoadedPlugin | Complaint | undefined> {
    const builtin = this.#builtins.find((one) => one.kind === kind && one.name === name);
    if (builtin === undefined) return undefined;
    try {
      const loaded: LoadedPlugin = { plugin: await builtin.load(), from: builtin.package };
      this.#loaded.set(`${kind} ${name}`, loaded);
      return loaded;
    } catch (error) {
      return { message: `the built-in ${kind} "${name}" could not be loaded: ${firstLine(error)}` };
    }
  }

  /** `undefined` when the cause was said already: its package is listed and could not be loaded. */
  #unknown(kind: Plugin['kind'], name: string): Complaint | undefined {
    const message = `there is no ${kind} plugin "${name}"`;
    const official = officialPlugin(kind, name);
    if (official !== undefined) return this.#missingOfficial(kind, name, official);
    const names = this.namesOf(kind);
    const near = suggest(name, [...names, ...officialNames(kind)]);
    if (near !== undefined) return { message, hint: `did you mean "${near}"?` };
    const elsewhere = this.#kindsOf(name).find((other) => other !== kind);
    if (elsewhere !== undefined)
      return { message, hint: `"${name}" is ${KIND_WORDS[elsewhere]}, not ${KIND_WORDS[kind]}` };
    if (this.#broken.size > 0) return undefined;
    const choice = names.length === 0 ? '' : `; there are ${listed(names)}`;
    return { message, hint: `name the package that brings it under \`plugins\`${choice}` };
  }

  #missingOfficial(
    kind: Plugin['kind'],
    name: string,
    official: { readonly name: string; readonly package: string },
  ): Complaint | undefined {
    const message = `there is no ${kind} plugin "${name}"`;
    if (this.#broken.has(official.package)) return undefined;
    if (official.name !== name && this.namesOf(kind).includes(official.name)) {
      return { message, hint: `did you mean "${official.name}"?` };
    }
    const renamed = official.name === name ? '' : ` and write use: ${official.name}`;
    const list = `add "${official.package}" to \`plugins\`${renamed}`;
    const installed = isInstalled(official.package, this.#directory);
    return { message, hint: installed ? list : `npm install ${official.package}, then ${list}` };
  }

  #kindsOf(name: string): readonly Plugin['kind'][] {
    const kinds = ['storage', 'backend', 'flow'] as const;
    return kinds.filter(
      (kind) => this.namesOf(kind).includes(name) || officialNames(kind).includes(name),
    );
  }

  /** Where a plugin that was found came from: a package, or a file of the project. */
  sourceOf(kind: Plugin['kind'], name: string): string | undefined {
    return this.#loaded.get(`${kind} ${name}`)?.from;
  }

  /** Names of the plugins of a kind that the project can use. */
  namesOf(kind: Plugin['kind']): readonly string[] {
    const loaded = [...this.#loaded.values()].filter(({ plugin }) => plugin.kind === kind);
    const builtin = this.#builtins.filter((one) => one.kind === kind);
    return [
      ...new Set([...builtin.map(({ name }) => name), ...loaded.map(({ plugin }) => plugin.name)]),
    ];
  }

  /** What has been loaded so far, in order. */
  get loaded(): readonly LoadedPlugin[] {
    return [...this.#loaded.values()];
  }
}

function firstLine(error: unknown): string {
  const text = isFlowError(error) || error instanceof Error ? error.message : String(error);
  return (text.split('\n', 1)[0] ?? '').slice(0, 300);
}
