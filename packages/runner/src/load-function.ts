import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean, type FunctionContext, type Json } from '@orchestrate/core';
import { runnerError } from './errors.ts';
import { describeThrown } from './thrown.ts';

/** A function task. */
export type TaskFunction = (args: Json, context: FunctionContext) => unknown;

function notFound(module: string, cause?: unknown): Error {
  return runnerError('RUNNER_MODULE_NOT_FOUND', `module not found: ${module}`, {
    details: { module },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Address of a module given as an absolute path, or as the name of a package installed for the folder `from`. */
function locate(module: string, from: string): string {
  if (isAbsolute(module)) {
    if (!existsSync(module) || !statSync(module).isFile()) throw notFound(module);
    return pathToFileURL(module).href;
  }
  try {
    return pathToFileURL(createRequire(join(from, 'package.json')).resolve(module)).href;
  } catch (error) {
    throw notFound(`${module} (a package looked for from ${from})`, error);
  }
}

/** Modules this process has loaded, by name and by the folder they were looked for from. */
const loadedModules = new Map<string, Readonly<Record<string, unknown>>>();

async function loadModule(
  module: string,
  from: string,
): Promise<Readonly<Record<string, unknown>>> {
  // Asking again costs as much as a small call, and brings the same module: it is loaded once per process.
  const name = isAbsolute(module) ? module : `${from}\0${module}`;
  const known = loadedModules.get(name);
  if (known !== undefined) return known;
  const address = locate(module, from);
  try {
    const loaded = (await import(address)) as Readonly<Record<string, unknown>>;
    loadedModules.set(name, loaded);
    return loaded;
  } catch (error) {
    const message = `module ${module} cannot be loaded: ${describeThrown(error)}`;
    throw runnerError('RUNNER_MODULE_BROKEN', message, { details: { module }, cause: error });
  }
}

/**
 * Loads an exported function. A module is loaded once per process.
 * @throws RUNNER_MODULE_NOT_FOUND, RUNNER_MODULE_BROKEN when it throws while it is loaded, RUNNER_EXPORT_MISSING
 */
export async function loadFunction(
  module: string,
  exported: string,
  from: string,
): Promise<TaskFunction> {
  const loaded = await loadModule(module, from);
  const found = Object.hasOwn(loaded, exported) ? loaded[exported] : undefined;
  if (typeof found === 'function') return found as TaskFunction;
  const functions = Object.keys(loaded).filter((name) => typeof loaded[name] === 'function');
  const got = found === undefined ? 'no such export' : `a ${typeof found}`;
  throw runnerError(
    'RUNNER_EXPORT_MISSING',
    `module ${module}: expected an exported function ${exported}, got ${got}${didYouMean(exported, functions)}`,
    { details: { module, export: exported, functions } },
  );
}
