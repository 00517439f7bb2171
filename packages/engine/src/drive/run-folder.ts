import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunId } from '@orchestrate/core';
import { makeRealFolder, STATE_FOLDER } from '../journal/state-folder.ts';

/** Paths of one run below `.orchestrate/`. Set names are safe as folder names, see `checkSets`. */
export class RunFolder {
  readonly directory: string;
  readonly #logs: string;
  readonly #stage: string;
  readonly #root: string;
  readonly #made = new Set<string>();

  constructor(projectDirectory: string, run: RunId) {
    this.#root = projectDirectory;
    this.directory = join(projectDirectory, STATE_FOLDER, 'runs', run);
    this.#logs = join(this.directory, 'logs');
    this.#stage = join(projectDirectory, STATE_FOLDER, 'stage', run);
  }

  /** Makes the folder and writes what was effective, so that a run can be understood later without its project. */
  create(files: Readonly<Record<string, string>>): void {
    makeRealFolder(this.#root, this.directory);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(this.directory, name), text);
    }
  }

  /** Folder with the logs of a set. */
  logFolder(set: string): string {
    return join(this.#logs, set);
  }

  /** Log of one attempt of a task; its folder exists. */
  log(set: string, index: number, attempt: number): string {
    const folder = this.logFolder(set);
    this.#makeOwn(folder);
    return `${folder}/${index}.${attempt}.log`;
  }

  /**
   * Beginning of the paths under which a task of a job keeps what is not published yet. Files lie side by side in one
   * folder: making and removing a folder for each task costs more than most tasks.
   */
  aside(job: number, task: number): string {
    this.#makeOwn(this.#stage);
    return join(this.#stage, `${job}.${task}.`);
  }

  /** Makes a folder of the run once, never behind a link that a task has put in its way. */
  #makeOwn(folder: string): void {
    if (this.#made.has(folder)) return;
    makeRealFolder(this.#root, folder);
    this.#made.add(folder);
  }

  /** Makes a folder once. */
  make(folder: string): void {
    if (this.#made.has(folder)) return;
    mkdirSync(folder, { recursive: true });
    this.#made.add(folder);
  }

  /** Removes everything that was left aside; call it when nothing is live any more. */
  dropStages(): void {
    rmSync(this.#stage, { recursive: true, force: true });
  }
}
