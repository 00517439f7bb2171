import type { Logger } from '@orchestrate/core';
import type { LoadedProject, Plan, Providers, Used } from '@orchestrate/engine';

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

async function open(loaded: LoadedProject, log: Logger, used: Used): Promise<OpenProviders> {
  const { composeProject, T, realClock, realTimers } = await import('@orchestrate/engine');
  const scope = composeProject(loaded, {
    log,
    clock: realClock,
    random: Math.random,
    timers: realTimers(realClock),
  });
  try {
    const providers = await scope.get(T.providers).open(used);
    return { providers, [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose]() };
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}
