import { createHash, type Hash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync } from 'node:fs';
import { type ObjectStat, type Storage, storageError, type WriteOptions } from '@orchestrate/core';

/** A file of this machine or an object, as the source or the target of a copy. */
export type Endpoint =
  | { readonly path: string }
  | { readonly storage: Storage; readonly key: string; readonly stat?: ObjectStat };

/** Where one copy begins and ends. */
export interface Move {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** Up to here a file is read at once: a stream costs more than the content. */
const SMALL_BYTES = 256 * 1024;

interface MoveOptions {
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
  /** That of {@link WriteOptions}: whoever asks for it settles the target afterwards. */
  readonly durable?: 'later';
}

/** What a write is told of that. */
function writing({ signal, durable }: MoveOptions): WriteOptions {
  return durable === undefined ? { signal } : { signal, durable };
}

/** Copies one object or file, whole or not at all. Answers what is known of an object that was written. */
export async function moveObject(
  { from, to }: Move,
  options: MoveOptions,
): Promise<ObjectStat | undefined> {
  if ('path' in from) {
    if ('path' in to) throw new Error('one end of a copy is in a storage');
    return putFile(from.path, to.storage, to.key, options);
  }
  if ('path' in to) {
    await whole(from.storage.fetch(from.key, to.path, { signal: options.signal }), options);
    return undefined;
  }
  return copyObject(from, to, options);
}

/** A store on this machine would take the file away, so it is given the content. */
async function putFile(
  path: string,
  storage: Storage,
  key: string,
  options: MoveOptions,
): Promise<ObjectStat> {
  const { signal, onBytes } = options;
  if (!storage.traits.local) {
    let told = 0;
    const stat = await storage.put(path, key, {
      signal,
      onBytes: (bytes) => {
        told += bytes;
        onBytes(bytes);
      },
    });
    onBytes(stat.bytes - told);
    return stat;
  }
  const file = lstatSync(path);
  if (!file.isFile()) throw storageError('STORAGE_FILE', `${path} is not a regular file.`);
  if (file.size > SMALL_BYTES)
    return storage.write(key, counted(createReadStream(path), onBytes), writing(options));
  const stat = await storage.write(key, readFileSync(path), writing(options));
  onBytes(stat.bytes);
  return stat;
}

/** Within a store on its side where it can; otherwise through this machine, checked by what was read. */
async function copyObject(
  from: Exclude<Endpoint, { readonly path: string }>,
  to: Exclude<Endpoint, { readonly path: string }>,
  options: MoveOptions,
): Promise<ObjectStat> {
  const { signal, onBytes } = options;
  if (from.storage === to.storage && from.storage.traits.serverCopy)
    return whole(from.storage.copy(from.key, to.key, writing(options)), options);
  const sha256 = createHash('sha256');
  const content = counted(from.storage.read(from.key, { signal }), onBytes, sha256);
  const written = await to.storage.write(to.key, content, writing(options));
  const sent = sha256.digest('hex');
  if ((written.sha256 ?? sent) === sent && (from.stat?.sha256 ?? sent) === sent) return written;
  throw storageError('STORAGE_CORRUPT', `${to.key} is not what was read from ${from.key}.`);
}

async function whole(move: Promise<ObjectStat>, { onBytes }: MoveOptions): Promise<ObjectStat> {
  const stat = await move;
  onBytes(stat.bytes);
  return stat;
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
  hash?: Hash,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    onBytes(piece.length);
    hash?.update(piece);
    yield piece;
  }
}
