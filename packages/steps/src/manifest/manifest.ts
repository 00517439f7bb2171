import { randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { stepError } from '../errors.ts';
import { sayingWhat, sayingWhatAsync } from '../system-error.ts';

const TIME = z.string().regex(/^-?[0-9]+$/);
const MODE = z.number().int().min(0).max(0o7777);

/** One line of a manifest: what lay at a path of the source and was found whole at the target. */
const ManifestEntry = z.discriminatedUnion('type', [
  z.strictObject({
    /** From the root of the tree, with `/`. */
    path: z.string().min(1),
    type: z.literal('file'),
    /** Bytes. */
    size: z.number().int().min(0),
    /** Nanoseconds since 1970 as decimal digits: more than a JSON number holds. */
    mtimeNs: TIME,
    /** Permission bits. */
    mode: MODE,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  z.strictObject({ path: z.string(), type: z.literal('directory'), mtimeNs: TIME, mode: MODE }),
  z.strictObject({
    path: z.string().min(1),
    type: z.literal('link'),
    mtimeNs: TIME,
    /** Where the link points to, as it is written. */
    target: z.string(),
  }),
]);

/** One line of a manifest. */
export type ManifestEntry = z.output<typeof ManifestEntry>;

const BLOCK_LINES = 1_000;

function writeLines(descriptor: number, entries: readonly ManifestEntry[]): void {
  for (let at = 0; at < entries.length; at += BLOCK_LINES) {
    const lines = entries.slice(at, at + BLOCK_LINES).map((entry) => `${JSON.stringify(entry)}\n`);
    const bytes = Buffer.from(lines.join(''));
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  }
  fsyncSync(descriptor);
}

/** Writes a manifest: it is there whole and on the disk, or not at all. Folders on the way are made. */
export async function writeManifest(
  path: string,
  entries: readonly ManifestEntry[],
): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.part`;
  await sayingWhatAsync('write the manifest', path, async () => {
    await mkdir(dirname(path), { recursive: true });
    try {
      const descriptor = openSync(aside, 'wx');
      try {
        writeLines(descriptor, entries);
      } finally {
        closeSync(descriptor);
      }
      renameSync(aside, path);
    } catch (error) {
      rmSync(aside, { force: true });
      throw error;
    }
    await flushFolder(dirname(path));
  });
}

/** Waits until the names in a folder are on the disk. */
export async function flushFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function entryIn(line: string, place: string): ManifestEntry {
  let why: string;
  try {
    const read = ManifestEntry.safeParse(JSON.parse(line));
    if (read.success) return read.data;
    why = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  } catch (error) {
    why = error instanceof Error ? error.message : '';
  }
  throw stepError('STEP_MANIFEST', `${place} is not a line of a manifest: ${why}`, {
    details: { place },
  });
}

/**
 * Reads a manifest: path -> entry.
 * @throws STEP_PATH when it is not there, STEP_MANIFEST when a line is not right or the root of the tree is missing
 */
export async function readManifest(path: string): Promise<ReadonlyMap<string, ManifestEntry>> {
  sayingWhat('read the manifest', path, () => closeSync(openSync(path, 'r')));
  const entries = new Map<string, ManifestEntry>();
  const lines = createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const entry = entryIn(line, `${path}:${number}`);
    entries.set(entry.path, entry);
  }
  if (entries.get('')?.type !== 'directory')
    throw stepError('STEP_MANIFEST', `${path} does not begin with the folder that was moved.`, {
      details: { path },
    });
  return entries;
}
