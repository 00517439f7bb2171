import { renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FunctionContext, Json } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import { flushFolder, readManifest } from '../manifest/manifest.ts';
import { isInside, realPlace } from '../move/local-target.ts';
import { readArgs } from '../read-args.ts';
import { throwIfStopped } from '../stopped.ts';
import { sayingWhat, systemCode } from '../system-error.ts';
import { type Account, accountFor, type Judgement } from './account.ts';
import { RemoveArgs } from './args.ts';
import { deleteTree } from './delete-tree.ts';
import { type DoomedPlace, doomedPlace, hasLeftover } from './doomed-place.ts';

interface Removed {
  readonly files: number;
  readonly bytes: number;
}

const NOTHING: Removed = { files: 0, bytes: 0 };

/** What an earlier call has set aside is judged again, since that call may have died before it looked a second time. */
async function finishLeftover(place: DoomedPlace, judgement: Judgement): Promise<Removed> {
  const { files, bytes } = await accountFor(place.aside, judgement);
  await deleteTree(place.aside, judgement.signal);
  return { files, bytes };
}

/** Sets the folder aside under one rename, looks again whether something came in meanwhile, and then empties it. */
async function removeFolder(place: DoomedPlace, judgement: Judgement): Promise<Removed> {
  const { path, aside } = place;
  await accountFor(path, judgement);
  throwIfStopped(judgement.signal);
  sayingWhat('set aside', path, () => renameSync(path, aside));
  let account: Account;
  try {
    account = await accountFor(aside, judgement);
  } catch (error) {
    renameSync(aside, path);
    throw error;
  }
  await flushFolder(dirname(path));
  await deleteTree(aside, judgement.signal);
  return account;
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
  }
}

async function removeListed({ path }: DoomedPlace, judgement: Judgement): Promise<Removed> {
  const account = await accountFor(path, judgement);
  for (const [index, listed] of account.listed.entries()) {
    if (index % 256 === 0) throwIfStopped(judgement.signal);
    const full = `${path}/${listed}`;
    sayingWhat('remove', full, () => unlinkSync(full));
  }
  for (const folder of account.folders.toReversed()) {
    if (folder === '' || judgement.manifest?.get(folder)?.type !== 'directory') continue;
    const full = `${path}/${folder}`;
    sayingWhat('remove', full, () => removeIfEmpty(full));
  }
  return account;
}

function manifestPlace(given: string, place: DoomedPlace): string {
  const path = realPlace(given);
  if (!isInside(path, place.path) && !isInside(path, place.aside)) return path;
  throw stepError('STEP_PATH', `The manifest ${path} lies in the folder that is to be removed.`, {
    details: { path },
  });
}

/**
 * Removes a folder, or what a manifest lists in it, once everything in it is known to be elsewhere. Result:
 * `{ removed, files, bytes }`; `removed` is false when there was nothing. Repeated after a kill it finishes what it began.
 * @throws STEP_UNVERIFIED when a file is not in the manifest or not as it says: nothing is removed then; STEP_ARGUMENTS,
 *   STEP_PATH, STEP_LINK, STEP_MANIFEST, STEP_DENIED, STEP_UNAVAILABLE, STEP_STOPPED
 */
export async function remove(args: Json, context: FunctionContext): Promise<Json> {
  const read = readArgs('remove', RemoveArgs, args);
  const place = doomedPlace(read.directory, read.base);
  const leftover = hasLeftover(place);
  if (!place.exists && !leftover) return { removed: false, ...NOTHING };
  const judgement: Judgement = {
    manifest:
      read.verifiedBy === undefined
        ? undefined
        : await readManifest(manifestPlace(read.verifiedBy, place)),
    disposable: read.disposable,
    othersStay: read.what === 'listed',
    signal: context.signal,
  };
  const act = judgement.othersStay ? removeListed : removeFolder;
  const earlier = leftover
    ? await finishLeftover(place, { ...judgement, othersStay: false })
    : NOTHING;
  const { files, bytes } = place.exists ? await act(place, judgement) : NOTHING;
  return { removed: true, files: earlier.files + files, bytes: earlier.bytes + bytes };
}
