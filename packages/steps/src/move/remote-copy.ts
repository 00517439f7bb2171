import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { inParallel } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import { sayingWhatAsync } from '../system-error.ts';
import { mustBeUnchanged } from './copy-file.ts';
import { readThrough } from './digest.ts';
import { type Moved, manifestEntry } from './moved.ts';
import { remoteDigests } from './remote-digests.ts';
import { isSameByRsync, type Transfer, transfer } from './rsync.ts';
import type { TreeEntry } from './source-tree.ts';

const MAKE_FOLDER = 'IFS= read -r d && mkdir -p -- "$d"';
const NAMED = 5;

/** Digests of the source's files, which must still be as they were listed. */
async function sourceDigests(
  { source, entries, signal }: Transfer,
  parallel: number,
): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  const files = entries.filter(({ type }) => type === 'file');
  await inParallel(files, { places: parallel }, async (entry) => {
    const path = `${source}/${entry.path}`;
    await sayingWhatAsync('read', path, async () => {
      const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const { sha256 } = await readThrough(handle, signal);
        await mustBeUnchanged(handle, entry, path);
        digests.set(entry.path, sha256);
      } finally {
        await handle.close();
      }
    });
  });
  return digests;
}

/** Files whose digest there differs, or is not there; `undefined` when that machine cannot tell. */
async function differing(
  { host, folder }: Transfer,
  digests: ReadonlyMap<string, string>,
  paths: readonly string[],
): Promise<string[] | undefined> {
  const theirs = await remoteDigests(host, folder, paths);
  return theirs === undefined
    ? undefined
    : paths.filter((path) => theirs.get(path) !== digests.get(path));
}

function corrupt({ host, folder }: Transfer, paths: readonly string[]): Error {
  const named = paths.slice(0, NAMED).join(', ');
  const which = named === '' ? 'files' : named;
  return stepError(
    'STEP_CORRUPT',
    `The copy at ${host.name}:${folder} differs from its source, also after a second try: ${which}.`,
    { details: { host: host.name, paths: paths.slice(0, NAMED), failure: 'later' } },
  );
}

/** Verifies by `sha256sum` there. What differs, although its size and time fit, is copied once more. */
async function verifyBySums(
  call: Transfer,
  digests: ReadonlyMap<string, string>,
): Promise<boolean> {
  const bad = await differing(call, digests, [...digests.keys()]);
  if (bad === undefined) return false;
  if (bad.length === 0) return true;
  const names = new Set(bad);
  const entries = call.entries.filter(({ path }) => names.has(path));
  await transfer({ ...call, entries }, ['--ignore-times']);
  const still = await differing(call, digests, bad);
  if (still !== undefined && still.length === 0) return true;
  throw corrupt(call, still ?? bad);
}

async function verifyByRsync(call: Transfer): Promise<void> {
  if (await isSameByRsync(call)) return;
  await transfer(call, ['--ignore-times']);
  if (!(await isSameByRsync(call))) throw corrupt(call, []);
}

/** Files that rsync says it has sent. */
function sentFiles(stats: string): number {
  const [, count = '0'] = /regular files transferred: ([0-9,.]+)/i.exec(stats) ?? [];
  return Number(count.replaceAll(/[,.]/g, ''));
}

/** Copies what was listed of a tree to a folder of another machine by rsync over SSH, and has it verified there. */
export async function copyRemotely(call: Transfer, parallel: number): Promise<Moved> {
  const { host, folder, entries } = call;
  const made = await host.run(MAKE_FOLDER, `${folder}\n`);
  if (made.code !== 0) throw host.failure(`make the folder ${folder} on`, made);
  const sent = await transfer(call, ['--stats']);
  const digests = await sourceDigests(call, parallel);
  const bySums = await verifyBySums(call, digests);
  if (!bySums) await verifyByRsync(call);
  return {
    entries: entries.map((entry: TreeEntry) => manifestEntry(entry, digests.get(entry.path))),
    copied: sentFiles(sent.stdout),
    verification: bySums ? 'sha256sum' : 'rsync --checksum',
  };
}
