import type { Plugin } from '@orchestrate/core';

/**
 * A plugin that is there without a line under `plugins:`. The engine does not depend on it: whoever composes the program
 * hands it in, and it is loaded only when a project needs it.
 */
export interface Builtin {
  readonly kind: Plugin['kind'];
  /** What `use:` says. */
  readonly name: string;
  /** Package it comes from; naming that under `plugins:` is allowed and changes nothing. */
  readonly package: string;
  load(): Promise<Plugin>;
}

/** A plugin and where it came from. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** Package name, or path relative to the project's folder. */
  readonly from: string;
  /** Version of the package, where it has one. */
  readonly version?: string;
}
