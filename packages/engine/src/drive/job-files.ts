import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import type { JobSpec, TaskInput, TaskOutput, TaskSpec } from '@orchestrate/core';
import { runError } from '../run-errors.ts';
import { inputPath, type Leftovers, outputPath } from './aside.ts';
import { type StagedFiles, stagedPlace } from './job-staging.ts';
import type { PathsOfTask } from './path-tokens.ts';
import { originOf, type Place, type Places } from './places.ts';
import type { RunBook } from './run-book.ts';
import type { RunFolder } from './run-folder.ts';
import type { Stager } from './stager.ts';

/** What {@link JobFiles} work with. */
export interface JobFilesParts {
  readonly projectDirectory: string;
  readonly book: RunBook;
  readonly places: Places;
  readonly folder: RunFolder;
  readonly leftovers: Leftovers;
  readonly stager: Stager;
}

/** Of a task without inputs and outputs. */
export const NO_PATHS: PathsOfTask = { inputs: {}, outputs: {} };

/** An error of a task whose description cannot be carried out. */
export function invalid(task: string, message: string): Error {
  return runError('TASK_SPEC_INVALID', `${task}: ${message}`, { details: { task } });
}

/** The files of one job: the paths that its tasks know them by, and who brings them there. */
export class JobFiles {
  readonly #parts: JobFilesParts;
  readonly #job: number;
  readonly #isByJob: boolean;
  /** Of tasks that have been seen to: a pack asks for those of its first task twice. */
  readonly #paths = new Map<number, PathsOfTask>();
  readonly #fetches: Promise<unknown>[] = [];
  readonly #staged = new Map<number, StagedFiles>();
  /** Inputs that are there by themselves. */
  readonly #mounted = new Set<string>();

  /** `isByJob`: whether the job itself moves what is far away. */
  constructor(parts: JobFilesParts, job: number, isByJob: boolean) {
    this.#parts = parts;
    this.#job = job;
    this.#isByJob = isByJob;
  }

  /** The paths of a task's inputs and outputs, to which the leader brings what is far away if it is to. @throws TASK_SPEC_INVALID */
  of(task: number, spec: TaskSpec): PathsOfTask {
    if (spec.inputs === undefined && spec.outputs === undefined) return NO_PATHS;
    const known = this.#paths.get(task);
    if (known !== undefined) return known;
    const inputs: Record<string, string> = {};
    const outputs: Record<string, string> = {};
    this.#paths.set(task, { inputs, outputs });
    const aside = this.#parts.folder.aside(this.#job, task);
    for (const input of spec.inputs ?? []) inputs[input.name] = this.#input(input, task, aside);
    for (const output of spec.outputs ?? [])
      outputs[output.name] = this.#output(output, task, aside);
    return { inputs, outputs };
  }

  /** Until everything is there that the leader brings. @throws what storages throw */
  async brought(): Promise<void> {
    if (this.#fetches.length > 0) await Promise.all(this.#fetches);
  }

  /** What the job itself moves, by the tasks given; `undefined` when that is nothing. */
  stagedOf(tasks: readonly number[]): readonly StagedFiles[] | undefined {
    if (this.#staged.size === 0) return undefined;
    return tasks.map((task) => this.#staged.get(task) ?? { inputs: [], outputs: [] });
  }

  /** What a job reads and writes, for backends that have to bring it there and back. */
  readsAndWrites(work: JobSpec['work'], own: PathsOfTask): Pick<JobSpec, 'reads' | 'writes'> {
    const reads: string[] = [];
    const writes: string[] = [];
    // By far the most calls of large packs have neither.
    for (const { inputs, outputs } of work.kind === 'functions' ? work.calls : [own]) {
      // An input that is handed over as a URL, or is there by a mount, is nobody's to bring.
      for (const path of inputs === undefined ? [] : Object.values(inputs))
        if (isAbsolute(path) && !this.#mounted.has(path)) reads.push(path);
      if (outputs !== undefined) writes.push(...Object.values(outputs));
    }
    return {
      ...(reads.length === 0 ? {} : { reads }),
      ...(writes.length === 0 ? {} : { writes }),
    };
  }

  /** What an input is to the work: a path, to which it is brought if it is far away, or a URL. */
  #input({ name, address, as }: TaskInput, task: number, aside: string): string {
    const { places, leftovers, book, stager, projectDirectory } = this.#parts;
    const place = places.of(address);
    if (place.path !== undefined) return place.path;
    if (as === 'address') return urlOf(place, name);
    if (as === 'mount') {
      const mounted = mountOf(place, name);
      this.#mounted.add(mounted);
      return mounted;
    }
    const path = inputPath(aside, name, place.key);
    leftovers.addFolder(this.#job, dirname(path));
    const normal = places.normal(place);
    const generation = book.inputSeen(task, normal);
    if (!this.#isByJob) {
      this.#fetches.push(stager.bring(place, normal, path, generation));
      return path;
    }
    const origin = originOf(place, projectDirectory);
    const told = stagedPlace(place, { name, address: normal, path });
    const seen = generation === undefined ? {} : { generation };
    this.#stagedFor(task).inputs.push({ ...told, origin, ...seen });
    return path;
  }

  #output(output: TaskOutput, task: number, aside: string): string {
    const { places } = this.#parts;
    const place = places.of(output.address);
    const path = outputPath(places, output, aside);
    this.#makeRoom(output, place, path);
    if (this.#isByJob && place.path === undefined) {
      const { name, mayBeEmpty } = output;
      const told = stagedPlace(place, { name, address: places.normal(place), path });
      const empty = mayBeEmpty === true ? { mayBeEmpty } : {};
      this.#stagedFor(task).outputs.push({ ...told, ...empty });
    }
    return path;
  }

  #makeRoom(output: TaskOutput, place: Place, path: string): void {
    const { places, folder, leftovers } = this.#parts;
    if (output.inPlace === true) {
      if (!places.isInside(place.storageName, path)) {
        throw invalid(output.name, `${output.address} leaves its storage through a symbolic link`);
      }
      if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
        throw invalid(output.name, `${output.address} is a symbolic link`);
      }
      folder.make(place.folder ? path : dirname(path));
    } else if (place.folder) {
      mkdirSync(path, { recursive: true });
      leftovers.addFolder(this.#job, path);
    } else leftovers.addFile(this.#job, path);
  }

  #stagedFor(task: number): StagedFiles {
    const known = this.#staged.get(task);
    if (known !== undefined) return known;
    const made: StagedFiles = { inputs: [], outputs: [] };
    this.#staged.set(task, made);
    return made;
  }
}

/** The URL of an input that the work reads by itself. */
function urlOf({ storage, storageName, key, folder }: Place, name: string): string {
  const url = storage.url?.(key);
  if (url !== undefined) return folder ? `${url}/` : url;
  throw invalid(name, `storage ${storageName} has no URLs; leave out \`as: address\``);
}

/** Where jobs find an input mounted. */
function mountOf({ storage, storageName, key }: Place, name: string): string {
  const path = storage.mountPath?.(key);
  if (path !== undefined) return path;
  throw invalid(
    name,
    `storage ${storageName} does not say where jobs find it mounted (\`mountedAt\`), so \`as: mount\` is not possible`,
  );
}
