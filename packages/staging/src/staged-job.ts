import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type FailureClass,
  FlowError,
  type FunctionContext,
  type FunctionWork,
  inParallel,
  isFlowError,
  type Json,
} from '@orchestrate/core';
import { bringInput } from './bring-input.ts';
import { InputCache } from './input-cache.ts';
import { siteCache } from './job/environment.ts';
import { JobStorages, jobClock } from './job/job-storages.ts';
import { publishOutputs } from './job/publish-outputs.ts';
import { runCommand } from './job/run-command.ts';
import type { StagedCall } from './job/staged-call.ts';

const INPUTS_AT_ONCE = 4;

const caches = new Map<string, InputCache>();

/** The cache that jobs on this machine share; where its folder cannot be made, one that goes with the job. */
function cacheOf({ cache, inputs }: StagedCall): InputCache {
  let folder = siteCache() ?? cache.folder;
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    folder = `${dirname(inputs[0]?.path ?? folder)}.cache`;
  }
  const known = caches.get(folder);
  if (known !== undefined) return known;
  const made = new InputCache({ folder, maxBytes: cache.maxBytes, now: () => jobClock.now() });
  caches.set(folder, made);
  return made;
}

async function callFunction(
  { module, export: exported, args }: FunctionWork,
  project: string,
  context: FunctionContext,
): Promise<Json | undefined> {
  const file = isAbsolute(module)
    ? module
    : createRequire(join(project, 'package.json')).resolve(module);
  const loaded = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const called = loaded[exported];
  if (typeof called !== 'function')
    throw new TypeError(`module ${module}: expected an exported function ${exported}`);
  return (await Reflect.apply(called, undefined, [args, context])) as Json | undefined;
}

/** Trouble of a storage is not the fault of the task: the error says so in the way that the runner understands. */
function withClass(error: unknown): unknown {
  if (!isFlowError(error) || error.details['failureClass'] !== undefined) return error;
  const { code, message, retry, hint, details, cause } = error;
  const isFull = code === 'STORAGE_FULL';
  if (!isFull && retry !== 'later') return error;
  const failureClass: FailureClass = isFull ? 'quota' : 'node-failure';
  return new FlowError(code, message, {
    retry,
    hint,
    details: { ...details, failureClass },
    cause,
  });
}

function cleanUp({ inputs, outputs }: StagedCall): void {
  for (const { path } of inputs) rmSync(dirname(path), { recursive: true, force: true });
  for (const { path } of outputs) rmSync(path, { recursive: true, force: true });
}

/**
 * A function task that brings inputs from their storages to the machine it runs on, does the work, verifies what it left and
 * publishes that, manifests last: nothing passes through the leader, which need not be there. Cut off at any moment it leaves
 * nothing under a final name that is not whole, and may be done again.
 * @throws STAGING_WORK, STAGING_OUTPUT, STAGING_STORAGE, STORAGE_CHANGED, and what storages and the work throw
 */
export async function staged(
  call: StagedCall,
  context: FunctionContext,
): Promise<Json | undefined> {
  const { signal, attempt } = context;
  await using storages = new JobStorages(call);
  try {
    const cache = cacheOf(call);
    await inParallel(call.inputs, { places: INPUTS_AT_ONCE }, async (input) => {
      const storage = await storages.get(input.storage);
      await bringInput({ ...input, storage }, input.path, cache, { signal });
    });
    for (const { path, folder } of call.outputs)
      mkdirSync(folder ? path : dirname(path), { recursive: true });
    const { work } = call;
    let value: Json | undefined;
    if (work.kind === 'function') value = await callFunction(work, call.project, context);
    else await runCommand(work, signal);
    await publishOutputs(call.outputs, {
      storage: (name) => storages.get(name),
      by: { ...call.by, attempt },
      clock: jobClock,
      signal,
    });
    return value;
  } catch (error) {
    throw withClass(error);
  } finally {
    cleanUp(call);
  }
}
