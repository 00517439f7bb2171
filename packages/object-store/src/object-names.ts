import { storageError, storageKeyProblem } from '@orchestrate/core';

const encoder = new TextEncoder();

function bad(key: string, problem: string): Error {
  return storageError(
    'STORAGE_KEY',
    `The key ${JSON.stringify(key.slice(0, 80))} is not valid: ${problem}.`,
  );
}

/** Turns keys into names below the prefix of a storage, and back. */
export class ObjectNames {
  readonly prefix: string;
  readonly #nameBytes: number;

  /** `prefix`: empty, or a key with a slash at its end. */
  constructor(prefix: string, nameBytes: number) {
    this.prefix = prefix;
    this.#nameBytes = nameBytes;
  }

  /** @throws STORAGE_KEY */
  of(key: string): string {
    const problem = storageKeyProblem(key);
    if (problem !== undefined) throw bad(key, problem);
    const name = this.prefix + key;
    if (name.length * 3 > this.#nameBytes && encoder.encode(name).length > this.#nameBytes)
      throw bad(key, `with the prefix of the storage it is longer than ${this.#nameBytes} bytes`);
    return name;
  }

  /** The key of a listed name; `undefined` for names that are no keys, as the empty objects that stand for folders. */
  keyOf(name: string): string | undefined {
    if (!name.startsWith(this.prefix)) return undefined;
    const key = name.slice(this.prefix.length);
    return storageKeyProblem(key) === undefined ? key : undefined;
  }

  /** The prefix of keys that a listed prefix of names stands for; `undefined` when no key can begin with it. */
  prefixOf(name: string): string | undefined {
    if (!name.startsWith(this.prefix)) return undefined;
    const prefix = name.slice(this.prefix.length);
    return storageKeyProblem(prefix.slice(0, -1)) === undefined ? prefix : undefined;
  }
}

/** A prefix as people write it (`a/b`, `a/b/`, ``) in the form that {@link ObjectNames} takes. @throws STORAGE_KEY */
export function prefixFrom(text: string): string {
  const key = text.replace(/\/+$/, '');
  if (key === '') return '';
  const problem = storageKeyProblem(key);
  if (problem !== undefined) throw bad(text, problem);
  return `${key}/`;
}
