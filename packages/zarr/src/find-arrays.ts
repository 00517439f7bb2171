import { readArrayV2, readArrayV3, type ZarrArray } from './array-metadata.ts';
import { zarrError } from './errors.ts';

/** A file of a store. */
export interface StoreFile {
  /** Below the store, with slashes. */
  readonly path: string;
  readonly bytes: number;
}

/** What a store is read through. */
export interface ZarrSource {
  /** Every file there is. */
  files(): AsyncIterable<StoreFile>;
  /** Content of a file, or of a part of it, both ends inclusive; `undefined` when it is not there. */
  read(
    path: string,
    range?: { readonly first: number; readonly last: number },
  ): Promise<Uint8Array | undefined>;
}

function parseDocument(file: string, content: Uint8Array): unknown {
  try {
    // What is no number is written as Python writes it, which is not JSON.
    const text = Buffer.from(content)
      .toString('utf8')
      .replaceAll(/(?<=[[:,]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, '"$1"');
    return JSON.parse(text);
  } catch (error) {
    throw zarrError('ZARR_METADATA', `${file} is not JSON: ${String(error)}.`, {
      details: { file },
      cause: error,
    });
  }
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function arrayOf(path: string, document: unknown): ZarrArray | undefined {
  if (path === '.zarray' || path.endsWith('/.zarray')) return readArrayV2(folderOf(path), document);
  const isArray = isRecord(document) && document['node_type'] === 'array';
  return isArray ? readArrayV3(folderOf(path), document) : undefined;
}

/** Whether a file may say what an array is. */
export function isMetadata(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name === '.zarray' || name === 'zarr.json';
}

/** Reads a file of metadata; `undefined` when it is not that of an array. @throws ZARR_METADATA */
export async function readArray(source: ZarrSource, path: string): Promise<ZarrArray | undefined> {
  const content = await source.read(path);
  return content === undefined ? undefined : arrayOf(path, parseDocument(path, content));
}

/** The arrays of a store that says in one place what they all are; `undefined` for a store that does not. @throws ZARR_METADATA */
export async function readConsolidated(source: ZarrSource): Promise<ZarrArray[] | undefined> {
  const [v2, v3] = await Promise.all([source.read('.zmetadata'), source.read('zarr.json')]);
  if (v2 !== undefined) {
    const document = parseDocument('.zmetadata', v2);
    const metadata = isRecord(document) ? document['metadata'] : undefined;
    if (!isRecord(metadata)) return undefined;
    return Object.entries(metadata).flatMap(([path, one]) =>
      isMetadata(path) ? (arrayOf(path, one) ?? []) : [],
    );
  }
  const document = v3 === undefined ? undefined : parseDocument('zarr.json', v3);
  const whole = isRecord(document) ? document['consolidated_metadata'] : undefined;
  const metadata = isRecord(whole) ? whole['metadata'] : undefined;
  if (!isRecord(metadata)) return undefined;
  return Object.entries(metadata).flatMap(([path, one]) => arrayOf(`${path}/zarr.json`, one) ?? []);
}
