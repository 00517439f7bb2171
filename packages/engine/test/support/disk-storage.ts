import {
  copyFileSync,
  createReadStream,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type ListPage,
  type ObjectStat,
  type Storage,
  storageError,
  storageKeyProblem,
} from '@orchestrate/core';

/** A storage on the local disk with only what the engine asks of one; puts may be made to fail. */
export class DiskStorage implements Storage {
  readonly traits = {
    conditionalCreate: false,
    conditionalReplace: false,
    local: true,
    serverCopy: false,
  };
  readonly #root: string;
  /** Called before a file is put; may throw. */
  beforePut: (key: string) => void = () => undefined;

  constructor(root: string) {
    this.#root = root;
  }

  localPath(key: string): string {
    const problem = storageKeyProblem(key);
    if (problem !== undefined) throw storageError('STORAGE_KEY', `${key}: ${problem}`);
    return join(this.#root, key);
  }

  async stat(key: string): Promise<ObjectStat | undefined> {
    const found = lstatSync(this.localPath(key), { bigint: true, throwIfNoEntry: false });
    if (found?.isFile() !== true) return undefined;
    return {
      key,
      bytes: Number(found.size),
      generation: `${found.mtimeNs}-${found.ino}`,
      modifiedAt: Number(found.mtimeMs),
    };
  }

  async put(path: string, key: string): Promise<ObjectStat> {
    this.beforePut(key);
    const to = this.localPath(key);
    mkdirSync(dirname(to), { recursive: true });
    renameSync(path, to);
    return this.#known(key);
  }

  async #known(key: string): Promise<ObjectStat> {
    const found = await this.stat(key);
    if (found === undefined) throw storageError('STORAGE_NOT_FOUND', key);
    return found;
  }

  async fetch(key: string, path: string): Promise<ObjectStat> {
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(this.localPath(key), path);
    return this.#known(key);
  }

  async write(key: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<ObjectStat> {
    if (!(content instanceof Uint8Array)) throw storageError('STORAGE_UNSUPPORTED', 'streams');
    const to = this.localPath(key);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, content);
    return this.#known(key);
  }

  async *read(key: string): AsyncGenerator<Uint8Array> {
    for await (const piece of createReadStream(this.localPath(key))) yield piece as Uint8Array;
  }

  async list(): Promise<ListPage> {
    const names = readdirSync(this.#root, { recursive: true, withFileTypes: true });
    const keys = names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.#root.length + 1))
      .sort();
    return { objects: await Promise.all(keys.map((key) => this.#known(key))), prefixes: [] };
  }

  async delete(key: string): Promise<void> {
    rmSync(this.localPath(key), { force: true });
  }

  async copy(): Promise<ObjectStat> {
    throw storageError('STORAGE_UNSUPPORTED', 'copy');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
