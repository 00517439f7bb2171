import type { z } from 'zod';
import type { ComputeBackend } from './backend.ts';
import type { Flow } from './flow.ts';
import type { Clock, Logger, Random } from './ports.ts';
import type { Storage } from './storage.ts';

/** Version of everything in this package that plugins build on. Moves only when a plugin would have to change. */
export const CONTRACT_VERSION = 1;

/** What a provider is handed when it is made. It gets objects, never the container they come from. */
export interface PluginContext {
  /** The name this instance has in the project file. */
  readonly name: string;
  /** Absolute path of the project's folder; relative paths of the configuration start here. */
  readonly projectDirectory: string;
  /** Absolute path of a folder of its own that lasts between runs; made before `create` is called. */
  readonly stateDirectory: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** The parts every plugin has. */
interface PluginBase<Kind extends string, Config extends z.ZodType, Provider> {
  readonly kind: Kind;
  /** What `use:` says: `slurm`, `gcs`, `ensemble`. */
  readonly name: string;
  /** {@link CONTRACT_VERSION} the plugin was written for. */
  readonly contract: number;
  /** Strict schema of the options; every field is described. Defaults live here and nowhere else. */
  readonly config: Config;
  /** Makes the provider. Called only when the project uses it. */
  create(config: z.output<Config>, context: PluginContext): Provider | Promise<Provider>;
}

/** A plugin for storage. */
export type StoragePlugin<C extends z.ZodType = z.ZodType> = PluginBase<'storage', C, Storage>;
/** A plugin for compute. */
export type BackendPlugin<C extends z.ZodType = z.ZodType> = PluginBase<
  'backend',
  C,
  ComputeBackend
> & {
  /** Its backends have {@link ComputeBackend.sweep}. Without, `orchestrate clean` need not open them. */
  readonly sweeps?: true;
};
/** A plugin for flows. */
export type FlowPlugin<C extends z.ZodType = z.ZodType> = PluginBase<'flow', C, Flow>;
/** Any plugin. */
export type Plugin = StoragePlugin | BackendPlugin | FlowPlugin;

/**
 * Declares a plugin; a package's default export is one of these, or an array of them. Costs nothing and does nothing:
 * no side effects at import. Types of `create` are inferred from the schema.
 */
export function definePlugin<C extends z.ZodType>(plugin: StoragePlugin<C>): StoragePlugin;
export function definePlugin<C extends z.ZodType>(plugin: BackendPlugin<C>): BackendPlugin;
export function definePlugin<C extends z.ZodType>(plugin: FlowPlugin<C>): FlowPlugin;
export function definePlugin(plugin: unknown): unknown {
  return plugin;
}
