import type { ComputeBackend, Logger } from '@orchestrate/core';
import type { LoadedProject, Plan, ProviderPool, Providers, Used } from '@orchestrate/engine';

/** The providers of a project, and how to close them. */
export interface OpenProviders extends AsyncDisposable {
  readonly providers: Providers;
}

/**
 * Makes the storages of a project and the backends a plan uses; without a plan, all of them.
 * @throws PROVIDER_FAILED and what plugins throw
 */
export function openProviders(
  loaded: LoadedProject,
  log: Logger,
  plan?: Plan,
): Promise<OpenProviders> {
  const planned = plan?.sets.map((entry) => entry.backend);
  const backends = [...loaded.backends.keys()].filter((name) => planned?.includes(name) ?? true);
  return open(loaded, log, { storages: [...loaded.storages.keys()], backends });
}

/** Makes the storages that are folders of this machine, for looking at their files: no service and no secret is asked for. */
export function openLocalStorages(loaded: LoadedProject, log: Logger): Promise<OpenProviders> {
  const storages = [...loaded.storages.values()]
    .filter(({ plugin }) => plugin.name === 'local')
    .map(({ name }) => name);
  return open(loaded, log, { storages, backends: [] });
}

/** Makes some storages. @throws PROVIDER_FAILED and what plugins throw */
export function openStorages(
  loaded: LoadedProject,
  log: Logger,
  storages: readonly string[],
): Promise<OpenProviders> {
  return open(loaded, log, { storages, backends: [] });
}

/** Makes the backends that may hold what ended runs have left. @throws PROVIDER_FAILED and what plugins throw */
export function openSweepers(loaded: LoadedProject, log: Logger): Promise<OpenProviders> {
  const backends = [...loaded.backends.values()]
    .filter(({ plugin }) => plugin.sweeps === true)
    .map(({ name }) => name);
  return open(loaded, log, { storages: [], backends });
}

/** Makes one backend. @throws PROVIDER_UNKNOWN, PROVIDER_FAILED and what plugins throw */
export async function openBackend(
  loaded: LoadedProject,
  log: Logger,
  name: string,
): Promise<{ readonly backend: ComputeBackend } & AsyncDisposable> {
  const made = await make(loaded, log, (pool) => pool.backend(name));
  return { backend: made.value, [Symbol.asyncDispose]: made[Symbol.asyncDispose] };
}

async function open(loaded: LoadedProject, log: Logger, used: Used): Promise<OpenProviders> {
  const made = await make(loaded, log, (pool) => pool.open(used));
  return { providers: made.value, [Symbol.asyncDispose]: made[Symbol.asyncDispose] };
}

async function make<V>(
  loaded: LoadedProject,
  log: Logger,
  from: (pool: ProviderPool) => Promise<V>,
): Promise<{ readonly value: V } & AsyncDisposable> {
  const { composeProject, T, realClock, realTimers } = await import('@orchestrate/engine');
  const scope = composeProject(loaded, {
    log,
    clock: realClock,
    random: Math.random,
    timers: realTimers(realClock),
  });
  try {
    const value = await from(scope.get(T.providers));
    return { value, [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose]() };
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}
