import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, inParallel, type Storage } from '@orchestrate/core';
import { stagingError } from '../errors.ts';
import type { Maker } from '../manifest.ts';
import { publishFolder } from '../publish-folder.ts';
import type { StagedOutput } from './staged-call.ts';

/** An output that was found as it has to be; of a folder, the files in it. */
interface Found {
  readonly output: StagedOutput;
  readonly files: readonly string[];
}

function kindOf(stats: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): string {
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a folder';
  return stats.isSymbolicLink() ? 'a symbolic link' : 'neither a file nor a folder';
}

function filesOf(folder: string, what: string): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (!entry.isFile()) throw bad(`${what} holds ${path}, which is ${kindOf(entry)}`);
    files.push(path);
  }
  return files.sort();
}

function bad(message: string): Error {
  return stagingError('STAGING_OUTPUT', message, { details: { failureClass: 'user-error' } });
}

/** @throws STAGING_OUTPUT for what is not there, not of its kind, or empty where it must not be */
function foundOf(output: StagedOutput): Found {
  const { path, folder, name, address, mayBeEmpty } = output;
  const what = `output ${name} (${address})`;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw bad(`${what} was not written`);
  const [expected, got] = [folder ? 'a folder' : 'a file', kindOf(stats)];
  if (expected !== got) throw bad(`${what}: expected ${expected}, got ${got}`);
  const files = folder ? filesOf(path, what) : [];
  const isEmpty = folder ? files.length === 0 : stats.size === 0;
  if (isEmpty && mayBeEmpty !== true)
    throw bad(`${what} is empty; say \`mayBeEmpty\` where that is right`);
  return { output, files };
}

/** What publishing takes. */
export interface Publishing {
  readonly storage: (name: string) => Promise<Storage>;
  readonly by: Maker;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function publishOne({ output, files }: Found, given: Publishing): Promise<void> {
  const { key, path, address, folder } = output;
  const { by, clock, signal } = given;
  const storage = await given.storage(output.storage);
  if (!folder) await storage.put(path, key, { signal });
  else if (files.length > 0)
    await publishFolder(
      { storage, key, address },
      { from: path, files, by, at: clock.now() },
      { signal },
    );
}

/** Verifies all outputs first, so that a task with a missing one publishes none. @throws STAGING_OUTPUT and what storages throw */
export async function publishOutputs(
  outputs: readonly StagedOutput[],
  given: Publishing,
): Promise<void> {
  const found = outputs.map(foundOf);
  await inParallel(found, { places: 4 }, (one) => publishOne(one, given));
}
