import type { StatementSync } from 'node:sqlite';
import type { TaskInput } from '@orchestrate/core';
import type { Journal } from '../journal/journal.ts';
import type { InputRecord } from './columns.ts';
import { contentDigest, type Identity, Unfit } from './file-identity.ts';
import type { Places } from './places.ts';

/** An input that is there. */
export interface KnownInput {
  readonly record: InputRecord;
  /** Of its content; for remote objects without a known sha256, their generation. */
  readonly digest: string;
}

/** Digests of inputs. Files are read once and then known by size, modification time and inode, also in later runs. */
export class InputDigests {
  readonly #journal: Journal;
  readonly #places: Places;
  readonly #select: StatementSync;
  readonly #fresh = new Map<string, readonly [identity: string, sha256: string]>();
  readonly #reading = new Map<string, Promise<string>>();

  constructor(journal: Journal, places: Places) {
    this.#journal = journal;
    this.#places = places;
    this.#select = journal.db.prepare('SELECT identity, sha256 FROM digest WHERE path=?');
  }

  /** The input as it is now, or why it cannot be used. */
  look(input: TaskInput): KnownInput | string | Promise<KnownInput | string> {
    const place = this.#places.of(input.address);
    const address = this.#places.normal(place);
    if (place.path === undefined) return this.#lookRemote(input, address);
    const identity = this.#places.localIdentity(address);
    const unusable = whyUnusable(input, identity, place.folder);
    if (unusable !== undefined) return unusable;
    return this.#known(address, place.path, identity as Identity);
  }

  #known(address: string, path: string, identity: Identity): KnownInput | Promise<KnownInput> {
    const { bytes, generation } = identity;
    const record = { address, bytes, generation };
    const is = `${bytes}:${generation}`;
    const fresh = this.#fresh.get(path);
    if (fresh?.[0] === is) return { record, digest: fresh[1] };
    const row = this.#select.get(path);
    if (row !== undefined && row['identity'] === is) {
      return { record, digest: String(row['sha256']) };
    }
    return this.#read(path, is, identity).then((digest) => ({ record, digest }));
  }

  #read(path: string, is: string, identity: Identity): Promise<string> {
    const key = `${is} ${path}`;
    let reading = this.#reading.get(key);
    if (reading === undefined) {
      reading = contentDigest(path, identity).then((sha256) => {
        this.#fresh.set(path, [is, sha256]);
        this.#reading.delete(key);
        return sha256;
      });
      this.#reading.set(key, reading);
    }
    return reading;
  }

  async #lookRemote(input: TaskInput, address: string): Promise<KnownInput | string> {
    const place = this.#places.of(input.address);
    if (!place.folder) {
      const stat = await place.storage.stat(place.key);
      if (stat === undefined) return missing(input);
      const record = { address, bytes: stat.bytes, generation: stat.generation };
      return { record, digest: stat.sha256 ?? stat.generation };
    }
    const identity = await this.#places.identity(place);
    const unusable = whyUnusable(input, identity, true, '');
    if (unusable !== undefined) return unusable;
    const { bytes, generation } = identity as Identity;
    return { record: { address, bytes, generation }, digest: generation };
  }

  /** Keeps what was read for later runs. */
  save(): void {
    if (this.#fresh.size === 0) return;
    const insert = this.#journal.db.prepare(
      'INSERT OR REPLACE INTO digest(path, identity, sha256) VALUES(?,?,?)',
    );
    this.#journal.transact(() => {
      for (const [path, [identity, sha256]] of this.#fresh) insert.run(path, identity, sha256);
    });
    this.#fresh.clear();
  }
}

function missing(input: TaskInput): string {
  return `input ${input.name}: ${input.address} does not exist`;
}

/** Why what is at the place of an input cannot be read; `undefined` when it can. */
export function whyUnusable(
  input: TaskInput,
  identity: Identity | Unfit | undefined,
  folder: boolean,
  advice = '; declare a storage for files that lie elsewhere',
): string | undefined {
  if (identity === undefined) return missing(input);
  if (identity instanceof Unfit) {
    return `input ${input.name}: ${input.address} ${identity.reason}${advice}`;
  }
  if (folder && !identity.folder)
    return `input ${input.name}: ${input.address} is a file, not a folder`;
  return undefined;
}
