import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { TaskOutput } from '@orchestrate/core';
import { runError } from '../run-errors.ts';
import type { Places } from './places.ts';

/** Longest part of a file's own name that is kept; the end of it, since programs go by endings. */
const KEPT_OF_NAME = 120;

/** Where a task writes one of its outputs: at the final place, or aside until it is published. */
export function outputPath(places: Places, output: TaskOutput, aside: string): string {
  const place = places.of(output.address);
  if (output.inPlace === true) {
    if (place.path === undefined) {
      throw runError(
        'TASK_SPEC_INVALID',
        `output ${output.name}: ${output.address} is not on the local disk, so it cannot be written in place`,
        { details: { output: output.name } },
      );
    }
    return place.path;
  }
  return `${aside}${output.name}.${basename(place.key).slice(-KEPT_OF_NAME)}`;
}

/** Where an input from far away is brought to. */
export function inputPath(aside: string, name: string, key: string): string {
  return `${aside}in.${name}/${basename(key)}`;
}

/** What jobs may leave aside, so that it goes when they are forgotten. */
export class Leftovers {
  readonly #folders = new Map<number, string[]>();
  readonly #files = new Map<number, string[]>();

  addFolder(job: number, path: string): void {
    add(this.#folders, job, path);
  }

  /** A file that moves away when it is published. */
  addFile(job: number, path: string): void {
    add(this.#files, job, path);
  }

  /** The files of a job have been published. */
  published(job: number): void {
    this.#files.delete(job);
  }

  remove(job: number): void {
    for (const paths of [this.#folders, this.#files]) {
      for (const path of paths.get(job) ?? []) rmSync(path, { recursive: true, force: true });
      paths.delete(job);
    }
  }
}

function add(paths: Map<number, string[]>, job: number, path: string): void {
  const known = paths.get(job);
  if (known === undefined) paths.set(job, [path]);
  else known.push(path);
}
