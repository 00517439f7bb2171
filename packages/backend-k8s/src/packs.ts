import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionPack, JobExit, JobKey, PackProgress } from '@orchestrate/core';
import { k8sError } from './errors.ts';

/** What the runner wrote of a pack. */
export interface PackEnd {
  readonly exit: JobExit;
  readonly progress: PackProgress;
}

/** Packs of function calls, in a folder that jobs see: what is to be called, what became of it, and the runner. */
export class Packs {
  readonly #folder: string;
  readonly #project: string;
  readonly #node: string;
  #runner: string | undefined;

  /** `node`: the program in the image. */
  constructor(places: { readonly state: string; readonly project: string; readonly node: string }) {
    this.#folder = join(places.state, 'packs');
    this.#project = places.project;
    this.#node = places.node;
  }

  /** Writes a pack down, and answers the words that make its calls. @throws K8S_RUNTIME_MISSING */
  write(key: JobKey, { module, export: exported, ordered, calls }: FunctionPack): string[] {
    const runner = this.#runnerFile();
    const file = this.#file(key);
    writeFileSync(`${file}.part`, JSON.stringify({ module, export: exported, ordered, calls }), {
      mode: 0o600,
    });
    renameSync(`${file}.part`, file);
    const given = ['--pack', file, '--result', this.#result(key), '--from', this.#project];
    return [this.#node, runner, ...given];
  }

  /** What became of a pack; `undefined` when its runner did not come to its end, or it is none. */
  read(key: JobKey): PackEnd | undefined {
    try {
      const read = JSON.parse(readFileSync(this.#result(key), 'utf8')) as Partial<PackEnd>;
      const { exit, progress } = read;
      return exit === undefined || progress === undefined ? undefined : { exit, progress };
    } catch {
      return undefined;
    }
  }

  remove(key: JobKey): void {
    for (const file of [this.#file(key), this.#result(key)]) rmSync(file, { force: true });
  }

  #file(key: JobKey): string {
    return join(this.#folder, `${key}.json`);
  }

  #result(key: JobKey): string {
    return join(this.#folder, `${key}.result.json`);
  }

  /** The runner as one file that needs nothing but Node, beside the packs; by its digest, since older jobs may use theirs. */
  #runnerFile(): string {
    if (this.#runner !== undefined) return this.#runner;
    const manifest = import.meta.resolve('@orchestrate/runner/package.json');
    const from = fileURLToPath(new URL('dist/standalone.js', manifest));
    if (!existsSync(from))
      throw k8sError('K8S_RUNTIME_MISSING', `the runner for function tasks is not at ${from}`, {
        details: { path: from, clean: true },
      });
    const digest = createHash('sha256').update(readFileSync(from)).digest('hex').slice(0, 16);
    const file = join(this.#folder, `runner-${digest}.mjs`);
    mkdirSync(this.#folder, { recursive: true });
    if (!existsSync(file)) {
      copyFileSync(from, `${file}.part`);
      renameSync(`${file}.part`, file);
    }
    this.#runner = file;
    return file;
  }
}
