import { join } from 'node:path';
import {
  type BackendPlugin,
  type Clock,
  type ComputeBackend,
  isFlowError,
  type Logger,
  type PluginContext,
  type Random,
  type Storage,
  type StoragePlugin,
  suggest,
} from '@orchestrate/core';
import type { Providers } from '../drive/run-types.ts';
import { projectError } from '../errors.ts';
import { makeRealFolder } from '../journal/state-folder.ts';
import type { ConfiguredProvider, LoadedProject } from '../project/loaded-project.ts';
import { owned } from './owned.ts';

/** What every provider is handed beside its options. */
export interface Surroundings {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Names of what a plan uses. */
export interface Used {
  readonly storages: Iterable<string>;
  readonly backends: Iterable<string>;
}

/**
 * Makes the storages and backends of a project, each at most once and only when it is asked for. References in options are
 * resolved here, just before the plugin sees them. Disposes of what it made, the last made first.
 */
export class ProviderPool implements AsyncDisposable {
  readonly #project: LoadedProject;
  readonly #surroundings: Surroundings;
  readonly #made = new Map<string, Promise<Storage | ComputeBackend>>();
  readonly #owned = new AsyncDisposableStack();

  constructor(project: LoadedProject, surroundings: Surroundings) {
    this.#project = project;
    this.#surroundings = surroundings;
  }

  /** @throws PROVIDER_UNKNOWN, PROVIDER_FAILED, and what references throw */
  storage(name: string): Promise<Storage> {
    const entry = this.#project.storages.get(name);
    if (entry === undefined) throw unknown('storage', name, this.#project.storages.keys());
    return this.#once('storage', name, (context) =>
      entry.plugin.create(this.#options('storage', entry), context),
    ) as Promise<Storage>;
  }

  /** @throws PROVIDER_UNKNOWN, PROVIDER_FAILED, and what references throw */
  backend(name: string): Promise<ComputeBackend> {
    const entry = this.#project.backends.get(name);
    if (entry === undefined) throw unknown('backend', name, this.#project.backends.keys());
    return this.#once('backend', name, (context) =>
      entry.plugin.create(this.#options('backend', entry), context),
    ) as Promise<ComputeBackend>;
  }

  /** Makes everything named, storages first, one after another, so that disposal has one order. */
  async open(used: Used): Promise<Providers> {
    const storages = new Map<string, Storage>();
    for (const name of used.storages) storages.set(name, await this.storage(name));
    const backends = new Map<string, ComputeBackend>();
    for (const name of used.backends) backends.set(name, await this.backend(name));
    return { storages, backends };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#made.values());
    await this.#owned.disposeAsync();
  }

  /** What was only a reference when the project was checked has its value now, and is checked with it. */
  #options(
    kind: 'storage' | 'backend',
    { name, plugin, config, written }: ConfiguredProvider<StoragePlugin | BackendPlugin>,
  ): unknown {
    const { references } = this.#project;
    if (written === undefined) return references.resolveDeep(config);
    const result = plugin.config.safeParse(references.resolveDeep(written));
    if (result.success) return result.data;
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
    );
    const message = `${kind} "${name}" with its references resolved: ${references.redact(problems.join('; '))}`;
    throw projectError('PROVIDER_FAILED', message, { details: { kind, name } });
  }

  #once<P extends Storage | ComputeBackend>(
    kind: 'storage' | 'backend',
    name: string,
    create: (context: PluginContext) => P | Promise<P>,
  ): Promise<Storage | ComputeBackend> {
    const id = `${kind} ${name}`;
    const known = this.#made.get(id);
    if (known !== undefined) return known;
    const made = this.#make(kind, name, create);
    this.#made.set(id, made);
    // A failure is not kept: a service that was away may be back when asked again.
    made.catch(() => this.#made.delete(id));
    return made;
  }

  async #make<P extends Storage | ComputeBackend>(
    kind: 'storage' | 'backend',
    name: string,
    create: (context: PluginContext) => P | Promise<P>,
  ): Promise<P> {
    const { directory, references } = this.#project;
    const stateDirectory = join(directory, '.orchestrate', 'state', kind, name);
    try {
      makeRealFolder(directory, stateDirectory);
      const context = { name, projectDirectory: directory, stateDirectory, ...this.#surroundings };
      return owned(this.#owned, await create(context));
    } catch (error) {
      if (isFlowError(error)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      const message = `${kind} "${name}" could not be made: ${references.redact(why)}`;
      throw projectError('PROVIDER_FAILED', message, { details: { kind, name }, cause: error });
    }
  }
}

function unknown(kind: string, name: string, known: Iterable<string>): Error {
  const names = [...known];
  const near = suggest(name, names);
  const more =
    near === undefined ? `there are ${names.join(', ') || 'none'}` : `did you mean "${near}"?`;
  return projectError('PROVIDER_UNKNOWN', `there is no ${kind} "${name}"; ${more}`, {
    details: { kind, name },
  });
}
