import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Clock, type Storage, type StoragePlugin, silentLogger } from '@orchestrate/core';
import { stagingError } from '../errors.ts';
import { storageOptions } from './environment.ts';
import type { StagedCall } from './staged-call.ts';

/** The time of the machine that the job runs on. */
export const jobClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

function isStoragePlugin(value: unknown): value is StoragePlugin {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'kind') === 'storage';
}

/** The plugin of that name that a module brings. @throws STAGING_STORAGE */
async function pluginOf(module: string, use: string): Promise<StoragePlugin> {
  let exported: unknown;
  try {
    const loaded = (await import(pathToFileURL(module).href)) as { readonly default?: unknown };
    exported = loaded.default;
  } catch (error) {
    throw stagingError('STAGING_STORAGE', `the code of storage plugin ${use} cannot be loaded`, {
      details: { module, use, failureClass: 'user-error' },
      cause: error,
    });
  }
  const all: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  const found = all.find((one) => isStoragePlugin(one) && one.name === use);
  if (isStoragePlugin(found)) return found;
  throw stagingError('STAGING_STORAGE', `${module}: expected a storage plugin ${use}, got none`, {
    details: { module, use, failureClass: 'user-error' },
  });
}

/** Opens storages of a call when they are first asked for, and lets go of them at the end. */
export class JobStorages implements AsyncDisposable {
  readonly #call: StagedCall;
  readonly #options = storageOptions();
  readonly #open = new Map<string, Promise<Storage>>();
  readonly #state: string;

  constructor(call: StagedCall) {
    this.#call = call;
    this.#state = mkdtempSync(join(tmpdir(), 'orchestrate-job-'));
  }

  /** @throws STAGING_STORAGE, and what plugins throw */
  get(name: string): Promise<Storage> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opened = this.#openOne(name);
    this.#open.set(name, opened);
    return opened;
  }

  async #openOne(name: string): Promise<Storage> {
    const { storages, project } = this.#call;
    const source = storages[name];
    const options = this.#options[name];
    if (source === undefined || options === undefined)
      throw stagingError('STAGING_STORAGE', `the job was not told how to open storage ${name}`, {
        details: { storage: name, failureClass: 'user-error' },
      });
    const plugin = await pluginOf(source.module, source.use);
    return plugin.create(await plugin.config.parseAsync(options), {
      name,
      projectDirectory: project,
      stateDirectory: this.#state,
      log: silentLogger,
      clock: jobClock,
      random: Math.random,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const storage of await Promise.allSettled(this.#open.values())) {
      if (storage.status === 'fulfilled') await storage.value[Symbol.asyncDispose]();
    }
    rmSync(this.#state, { recursive: true, force: true });
  }
}
