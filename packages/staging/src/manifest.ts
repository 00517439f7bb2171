import { hash } from 'node:crypto';
import { storageKeyProblem } from '@orchestrate/core';
import { z } from 'zod';
import { stagingError } from './errors.ts';

/** Name of the manifest in a published folder. */
export const MANIFEST_NAME = '.orchestrate-manifest.jsonl';

/** A header is shorter than this, so that one ranged read tells what a folder is. */
export const HEADER_BYTES = 16 * 1024;

const FORMAT = 'orchestrate-manifest/1';

/** Who made a folder. */
const Maker = z.object({
  project: z.string().max(200),
  run: z.string().max(200),
  task: z.string().transform((name) => name.slice(0, 1000)),
  attempt: z.int(),
  version: z.string().max(100),
});
/** Who made a folder: project, run, task, attempt, and the version of Orchestrate. */
export type Maker = z.output<typeof Maker>;

const Header = z.object({
  format: z.literal(FORMAT),
  state: z.enum(['complete', 'replacing']),
  files: z.int().min(0),
  bytes: z.int().min(0),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  by: Maker,
  at: z.string(),
});

/** The first line of a manifest. */
export type ManifestHeader = Omit<z.output<typeof Header>, 'format'>;

/** One file of a folder. */
export interface ManifestEntry {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

const Line = z.tuple([z.string(), z.int().min(0), z.string().regex(/^[0-9a-f]{64}$/)]);

/** A whole manifest. */
export interface Manifest extends ManifestHeader {
  readonly entries: readonly ManifestEntry[];
}

function linesOf(entries: readonly ManifestEntry[]): string {
  return entries
    .map(({ path, bytes, sha256 }) => `${JSON.stringify([path, bytes, sha256])}\n`)
    .join('');
}

const byPath = (a: ManifestEntry, b: ManifestEntry): number =>
  a.path < b.path ? -1 : Number(a.path > b.path);

/**
 * The text of a manifest: a header of one line, with the sha256 of all that follows, then a line `[path, bytes, sha256]` for
 * each file in order of path.
 */
export function manifestText(
  entries: readonly ManifestEntry[],
  about: Pick<ManifestHeader, 'state' | 'by' | 'at'>,
): string {
  const lines = linesOf([...entries].sort(byPath));
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const header = {
    format: FORMAT,
    state: about.state,
    files: entries.length,
    bytes,
    digest: hash('sha256', lines, 'hex'),
    by: Maker.parse(about.by),
    at: about.at,
  };
  return `${JSON.stringify(header)}\n${lines}`;
}

function invalid(address: string, why: string): Error {
  return stagingError('STAGING_MANIFEST', `The manifest of ${address} cannot be used: ${why}.`, {
    details: { address },
  });
}

function parsed(address: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw invalid(address, 'it is not made of lines of JSON');
  }
}

/** Reads the header from the beginning of a manifest. @throws STAGING_MANIFEST */
export function readHeader(address: string, beginning: string): ManifestHeader {
  const end = beginning.indexOf('\n');
  if (end < 0) throw invalid(address, 'its first line does not end');
  const header = Header.safeParse(parsed(address, beginning.slice(0, end)));
  if (!header.success) throw invalid(address, `its first line is no header of ${FORMAT}`);
  const { format: _format, ...rest } = header.data;
  return rest;
}

/** Reads a manifest whole and checks it against its own digest. @throws STAGING_MANIFEST */
export function readManifestText(address: string, text: string): Manifest {
  const header = readHeader(address, text);
  const lines = text.slice(text.indexOf('\n') + 1);
  if (hash('sha256', lines, 'hex') !== header.digest)
    throw invalid(address, 'its lines are not those its header has the digest of');
  const entries: ManifestEntry[] = [];
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf('\n', at);
    const line = Line.safeParse(parsed(address, lines.slice(at, end)));
    if (!line.success || storageKeyProblem(line.data[0]) !== undefined)
      throw invalid(address, `line ${entries.length + 2} names no file`);
    const [path, bytes, sha256] = line.data;
    entries.push({ path, bytes, sha256 });
    at = end + 1;
  }
  if (entries.length !== header.files)
    throw invalid(address, `it has ${entries.length} files, its header says ${header.files}`);
  return { ...header, entries };
}
