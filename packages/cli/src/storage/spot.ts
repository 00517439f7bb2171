import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { confinePath, isFlowError, type Storage } from '@orchestrate/core';
import { cliError } from '../errors.ts';
import { nearest } from '../output/nearest.ts';

/** An object of a storage, or everything below a prefix of one. */
export interface StoredSpot {
  readonly kind: 'stored';
  readonly word: string;
  readonly storage: Storage;
  readonly storageName: string;
  /** Of a folder: empty, or with a slash at its end. */
  readonly key: string;
  readonly folder: boolean;
}

/** A file or folder of this machine, outside of any storage. */
interface MachineSpot {
  readonly kind: 'machine';
  readonly word: string;
  readonly path: string;
  readonly folder: boolean;
}

/** A place that a call names. */
export type Spot = StoredSpot | MachineSpot;

/** What the words of a call are read with. */
interface Named {
  readonly words: readonly string[];
  readonly directory: string;
  /** Those that the call names. */
  readonly storages: ReadonlyMap<string, Storage>;
  readonly loaded: { readonly storages: ReadonlyMap<string, unknown> };
}

const NAMED = /^([A-Za-z][A-Za-z0-9_-]{0,62}):(.*)$/s;

function storedSpot(word: string, { storages, loaded }: Named): StoredSpot | string {
  const [, storageName = 'local', path = word] = NAMED.exec(word) ?? [];
  const storage = storages.get(storageName);
  if (storage === undefined) {
    const meant = nearest(storageName, [...loaded.storages.keys()]);
    const question = meant === undefined ? '' : `, did you mean ${meant}:${path}?`;
    return `${word}: the project has no storage ${storageName}${question}`;
  }
  try {
    const key = path === '' || path === '/' || path === '.' ? '' : confinePath(path);
    const folder = key === '' || key.endsWith('/');
    return { kind: 'stored', word, storage, storageName, key, folder };
  } catch (error) {
    if (isFlowError(error)) return `${word}: ${error.message}`;
    throw error;
  }
}

function machineSpot(word: string, directory: string): MachineSpot {
  const path = resolve(directory, word);
  const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return { kind: 'machine', word, path, folder: word.endsWith('/') || isFolder };
}

function orProblems<T>(found: readonly (T | string)[]): readonly T[] {
  const problems = found.filter((one) => typeof one === 'string');
  if (problems.length > 0) throw cliError('CLI_ARGUMENT', problems.join('\n'));
  return found.filter((one): one is T => typeof one !== 'string');
}

/**
 * Reads addresses: `storage:key`, a slash at the end for everything below it, and paths below the folder of the project.
 * @throws CLI_ARGUMENT with all problems
 */
export function readStored(named: Named): readonly StoredSpot[] {
  return orProblems(named.words.map((word) => storedSpot(word, named)));
}

/**
 * Reads what is copied: addresses with the name of a storage, and paths of this machine, which start in the current folder.
 * @throws CLI_ARGUMENT with all problems
 */
export function readSpots(named: Named): readonly Spot[] {
  const { words, directory } = named;
  return orProblems(
    words.map((word) =>
      NAMED.test(word) ? storedSpot(word, named) : machineSpot(word, directory),
    ),
  );
}

/** How an object of the storage of a spot is written. */
export function addressIn(spot: StoredSpot, key: string): string {
  return `${spot.storageName}:${key}`;
}
