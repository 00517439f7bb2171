import { stepError } from '../errors.ts';
import type { ManifestEntry } from '../manifest/manifest.ts';
import type { TreeEntry } from './source-tree.ts';

/** What a copy came to. */
export interface Moved {
  readonly entries: readonly ManifestEntry[];
  /** Files that were not at the target already. */
  readonly copied: number;
  /** How it was made sure that the target has the same content. */
  readonly verification: 'read back' | 'sha256sum' | 'rsync --checksum';
}

/** The line of the manifest for something that was copied. */
export function manifestEntry(entry: TreeEntry, sha256: string | undefined): ManifestEntry {
  const { path, type, size, mode } = entry;
  const mtimeNs = String(entry.mtimeNs);
  if (type === 'directory') return { path, type, mtimeNs, mode };
  if (type === 'link') return { path, type, mtimeNs, target: entry.target ?? '' };
  if (sha256 !== undefined) return { path, type, size, mtimeNs, mode, sha256 };
  throw stepError('STEP_CORRUPT', `${path} was not verified.`, { details: { path } });
}
