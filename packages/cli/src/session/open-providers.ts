import type { Logger } from '@orchestrate/core';
import type { LoadedProject, Plan, Providers } from '@orchestrate/engine';

/** The providers of a project, and how to close them. */
export interface OpenProviders extends AsyncDisposable {
  readonly providers: Providers;
}

/**
 * Makes the storages of a project and the backends a plan uses; without a plan, all of them.
 * @throws PROVIDER_FAILED and what plugins throw
 */
export async function openProviders(
  loaded: LoadedProject,
  log: Logger,
  plan?: Plan,
): Promise<OpenProviders> {
  const { composeProject, T, realClock, realTimers } = await import('@orchestrate/engine');
  const scope = await composeProject(loaded, {
    log,
    clock: realClock,
    random: Math.random,
    timers: realTimers(realClock),
  });
  const planned = plan?.sets.map((entry) => entry.backend);
  const backends = [...loaded.backends.keys()].filter((name) => planned?.includes(name) ?? true);
  try {
    const providers = await scope
      .get(T.providers)
      .open({ storages: loaded.storages.keys(), backends });
    return { providers, [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose]() };
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}
