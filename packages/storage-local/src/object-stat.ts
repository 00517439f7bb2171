import { type BigIntStats, lstatSync } from 'node:fs';
import type { ObjectStat } from '@orchestrate/core';

const EXACT = { bigint: true, throwIfNoEntry: false } as const;

/** What is at a path, not following a link; `undefined` when nothing is there. */
export function lookAt(path: string): BigIntStats | undefined {
  return lstatSync(path, EXACT);
}

/** `<mtime in ns>-<inode>`: another one for every published content, see {@link Publisher}. */
export function generationOf(stat: BigIntStats): string {
  return `${stat.mtimeNs}-${stat.ino}`;
}

/** A file's stat as that of the object under a key. */
export function objectStat(key: string, stat: BigIntStats): ObjectStat {
  return {
    key,
    bytes: Number(stat.size),
    generation: generationOf(stat),
    modifiedAt: Number(stat.mtimeMs),
  };
}
