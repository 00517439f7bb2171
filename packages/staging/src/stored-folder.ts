import {
  type CallOptions,
  confinePath,
  isFlowError,
  listObjects,
  type ObjectStat,
  readObject,
  type Storage,
} from '@orchestrate/core';
import { stagingError } from './errors.ts';
import {
  HEADER_BYTES,
  MANIFEST_NAME,
  type Manifest,
  type ManifestHeader,
  readHeader,
  readManifestText,
} from './manifest.ts';

/** Everything below a key of a storage. */
export interface StoredFolder {
  readonly storage: Storage;
  /** Without a slash at its end. */
  readonly key: string;
  /** What people call it, in errors. */
  readonly address: string;
}

/** A file of a folder, as its manifest or a listing has it. */
export interface FolderFile {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256?: string;
  /** Of the object, where it was listed. */
  readonly stat?: ObjectStat;
}

const manifestKey = ({ key }: StoredFolder): string => `${key}/${MANIFEST_NAME}`;

async function textOf(
  { storage }: StoredFolder,
  ...call: Parameters<Storage['read']>
): Promise<string> {
  return Buffer.from(await readObject(storage, ...call)).toString('utf8');
}

async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isFlowError(error) && error.code === 'STORAGE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The header of the manifest of a folder, in one request; `undefined` when there is none. @throws STAGING_MANIFEST */
export async function findHeader(
  folder: StoredFolder,
  options: CallOptions = {},
): Promise<ManifestHeader | undefined> {
  const range = { first: 0, last: HEADER_BYTES - 1 };
  const text = await orNothing(textOf(folder, manifestKey(folder), { ...options, range }));
  return text === undefined ? undefined : readHeader(folder.address, text);
}

/** The manifest of a folder; `undefined` when there is none. @throws STAGING_MANIFEST */
export async function findManifest(
  folder: StoredFolder,
  options: CallOptions = {},
): Promise<Manifest | undefined> {
  const text = await orNothing(textOf(folder, manifestKey(folder), options));
  return text === undefined ? undefined : readManifestText(folder.address, text);
}

/** Objects below a folder, page by page, its manifest left out. */
export async function* listFolder(
  { storage, key }: StoredFolder,
  options: CallOptions = {},
): AsyncGenerator<FolderFile> {
  const prefix = `${key}/`;
  for await (const page of listObjects(storage, prefix, options))
    for (const stat of page) {
      const path = confinePath(stat.key.slice(prefix.length));
      if (path === MANIFEST_NAME) continue;
      const { bytes, sha256 } = stat;
      yield { path, bytes, stat, ...(sha256 === undefined ? {} : { sha256 }) };
    }
}

/**
 * The files a folder has by its manifest, or where it has none, as they are listed: a file that a manifest names and that is
 * gone is then found missing, where a listing would pass over the hole.
 * @throws STAGING_INCOMPLETE when its files are being replaced, or were only in part
 */
export async function* filesOfFolder(
  folder: StoredFolder,
  options: CallOptions = {},
): AsyncGenerator<FolderFile> {
  const manifest = await findManifest(folder, options);
  if (manifest === undefined) yield* listFolder(folder, options);
  else if (manifest.state === 'complete') yield* manifest.entries;
  else throw incomplete(folder, manifest);
}

/** What says that a folder is not whole. */
export function incomplete({ address }: StoredFolder, { by, at }: ManifestHeader): Error {
  return stagingError(
    'STAGING_INCOMPLETE',
    `${address} is not whole: ${by.task} (run ${by.run}) began to replace its files at ${at} and has not ended.`,
    { details: { address } },
  );
}
