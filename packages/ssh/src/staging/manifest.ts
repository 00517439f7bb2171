import type { LocalFile } from './file-list.ts';

/** Folder of ours below the one that files are sent to, or fetched to. */
export const STAGING = '.orchestrate-staging';

/** What was sent to a place on the host, as it was then. */
export interface SentFile {
  readonly digest: string;
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
}

type Line = readonly [string, string, number, number, number];

/** One line of the manifest. What comes later in the file holds. */
export function manifestLine({ path, mode, size, mtime }: LocalFile, digest: string): string {
  const line: Line = [path, digest, mode, size, mtime];
  return `${JSON.stringify(line)}\n`;
}

function isLine(value: unknown): value is Line {
  const kinds = ['string', 'string', 'number', 'number', 'number'];
  return (
    Array.isArray(value) &&
    value.length === kinds.length &&
    kinds.every((kind, at) => typeof value[at] === kind)
  );
}

/** What a manifest says, by path. Lines that cannot be read are as if they were not there: their files are sent again. */
export function parseManifest(text: string): Map<string, SentFile> {
  const sent = new Map<string, SentFile>();
  for (const line of text.split('\n')) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      continue;
    }
    if (!isLine(value)) continue;
    const [path, digest, mode, size, mtime] = value;
    sent.set(path, { digest, mode, size, mtime });
  }
  return sent;
}
