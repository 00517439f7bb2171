import { parseAddress } from '@orchestrate/core';

function segment(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** An identifier inside the metadata, of parts that may hold anything. */
export function localId(kind: string, ...parts: readonly string[]): string {
  return `#${[kind, ...parts].map(segment).join('/')}`;
}

/** The address of a storage as an absolute URI: `archive:runs/a b.nc` is `orchestrate:archive/runs/a%20b.nc`. */
export function uriOf(address: string): string {
  const { storage, key } = parseAddress(address);
  return folderUri(storage, key);
}

/** {@link uriOf} for a storage and a key, which may be empty. */
export function folderUri(storage: string, key: string): string {
  return `orchestrate:${storage}/${key.split('/').map(segment).join('/')}`;
}
