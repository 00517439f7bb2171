import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '@orchestrate/core';
import { STATE_FOLDER } from '../journal/state-folder.ts';
import type { LoadedProject } from '../project/loaded-project.ts';
import { originOf, type Place } from './places.ts';

/** What a {@link Stager} needs. */
export interface StagerParts {
  readonly cache: { readonly folder: string; readonly maxBytes: number };
  readonly projectDirectory: string;
  readonly project: string;
  readonly run: string;
  readonly version: string;
  readonly clock: Clock;
}

/** Folder of the cache of a project, its references resolved. */
export function cacheFolder({
  cache: { folder },
  directory,
  references,
}: Pick<LoadedProject, 'cache' | 'directory' | 'references'>): string {
  if (folder === undefined) return join(directory, STATE_FOLDER, 'cache');
  return resolve(directory, references.resolve(folder).replace(/^~(?=\/|$)/, homedir()));
}

/** Brings inputs from other storages to this machine, and publishes folders there. Costs nothing until it is used. */
export class Stager {
  readonly #parts: StagerParts;
  #cache: import('@orchestrate/staging').InputCache | undefined;

  constructor(parts: StagerParts) {
    this.#parts = parts;
  }

  /**
   * Brings an input to a path. `seen` is the generation that it had when its task was looked at: it is that one or none.
   * @throws STORAGE_CHANGED, and what storages throw
   */
  async bring(place: Place, address: string, path: string, seen?: string): Promise<void> {
    const { bringInput, InputCache: Cache } = await import('@orchestrate/staging');
    const { cache, clock, projectDirectory } = this.#parts;
    this.#cache ??= new Cache({ ...cache, now: () => clock.now() });
    const { storage, key, folder } = place;
    const origin = originOf(place, projectDirectory);
    const input = { storage, key, folder, origin, address, generation: seen };
    await bringInput(input, path, this.#cache);
  }

  /** Publishes files of a folder of this machine, and their manifest last. */
  async publish(
    place: Place,
    address: string,
    content: { readonly from: string; readonly files: readonly string[] },
    by: { readonly task: string; readonly attempt: number },
  ): Promise<void> {
    const { publishFolder } = await import('@orchestrate/staging');
    const { project, run, version, clock } = this.#parts;
    const { storage, key } = place;
    await publishFolder(
      { storage, key, address },
      { ...content, by: { project, run, version, ...by }, at: clock.now() },
    );
  }
}
