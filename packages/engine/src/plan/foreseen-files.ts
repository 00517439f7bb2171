import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parseAddress, type Storage, type TaskInput } from '@orchestrate/core';
import type { InputRecord } from '../drive/columns.ts';
import { contentDigestAtOnce, type Identity, Unfit } from '../drive/file-identity.ts';
import { type KnownInput, whyUnusable } from '../drive/input-digests.ts';
import { Places } from '../drive/places.ts';
import type { OutputRecord } from '../events/fact.ts';

/** What there is to look at. */
export interface FilesToLookAt {
  /** Those whose files may be looked at; what lies in others counts as it was. */
  readonly storages: ReadonlyMap<string, Storage>;
  /** The journal, which knows the content of files that were read before. */
  readonly db: DatabaseSync | undefined;
  /** Files to look at; once more are asked for, the others count as they were. */
  readonly most: number;
}

/**
 * Files of the local disk as they are before a run, judged like the run judges them: by size, time and inode, and by
 * content where those differ. Nothing is written.
 */
export class ForeseenFiles {
  readonly #storages: ReadonlyMap<string, Storage>;
  readonly #places: Places;
  readonly #select: StatementSync | undefined;
  readonly #read = new Map<string, string>();
  #left: number;
  #hasLeftOut = false;

  constructor({ storages, db, most }: FilesToLookAt) {
    this.#storages = storages;
    this.#places = new Places(storages, false);
    this.#select = db?.prepare('SELECT identity, sha256 FROM digest WHERE path=?');
    this.#left = most;
  }

  /** Whether some files were not looked at. */
  get hasLeftOut(): boolean {
    return this.#hasLeftOut;
  }

  /** Whether a file is the one that was read. */
  isSame(input: InputRecord): boolean {
    if (!this.#mayLook(storageOf(input.address))) return true;
    const now = this.#places.localIdentity(input.address);
    if (now === undefined || now instanceof Unfit) return false;
    return now.bytes === input.bytes && now.generation === input.generation;
  }

  /** What became of the first output that is not as it was left; `undefined` when all are. */
  lost(outputs: readonly OutputRecord[]): string | undefined {
    for (const output of outputs) {
      if (!this.#mayLook(storageOf(output.address))) continue;
      const after = lostOf(output, this.#places.localIdentity(output.address));
      if (after === undefined) continue;
      return `output ${output.name} (${output.address}) changed: ${output.bytes} bytes -> ${after}`;
    }
    return undefined;
  }

  /** Content of what a task reads, or why it cannot be read; `undefined` when it lies where nobody looks. */
  contents(inputs: readonly TaskInput[]): readonly KnownInput[] | string | undefined {
    const known: KnownInput[] = [];
    try {
      for (const input of inputs) {
        const content = this.#content(input);
        if (content === undefined || typeof content === 'string') return content;
        known.push(content);
      }
    } catch {
      // A bad address, or a file that cannot be read, is refused by the run, with its reason.
      return undefined;
    }
    return known;
  }

  #content(input: TaskInput): KnownInput | string | undefined {
    if (!this.#mayLook(parseAddress(input.address).storage)) return undefined;
    const place = this.#places.of(input.address);
    const address = this.#places.normal(place);
    const now = this.#places.localIdentity(address);
    const unusable = whyUnusable(input, now, place.folder);
    if (unusable !== undefined) return unusable;
    if (place.path === undefined) return undefined;
    const { bytes, generation } = now as Identity;
    const digest = this.#digest(place.path, now as Identity);
    return { record: { address, bytes, generation }, digest };
  }

  #digest(path: string, identity: Identity): string {
    const is = `${identity.bytes}:${identity.generation}`;
    const row = this.#select?.get(path);
    if (row !== undefined && row['identity'] === is) return String(row['sha256']);
    const key = `${is} ${path}`;
    const digest = this.#read.get(key) ?? contentDigestAtOnce(path, identity);
    this.#read.set(key, digest);
    return digest;
  }

  #mayLook(storage: string): boolean {
    const isLocal = this.#storages.get(storage)?.localPath !== undefined;
    if (isLocal && this.#left > 0) {
      this.#left -= 1;
      return true;
    }
    this.#hasLeftOut = true;
    return false;
  }
}

/** Of an address in its one form. */
function storageOf(normal: string): string {
  return normal.slice(0, normal.indexOf(':'));
}

function lostOf(output: OutputRecord, now: Identity | Unfit | undefined): string | undefined {
  if (now === undefined) return 'missing';
  if (now instanceof Unfit) return now.reason;
  if (now.bytes !== output.bytes) return `${now.bytes} bytes`;
  return now.generation === output.generation ? undefined : 'others, written since';
}
