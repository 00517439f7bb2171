import { hash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { ensembleError } from '../errors.ts';
import { readMemberState, writeMemberState } from './member-state.ts';
import type { Wanted } from './wanted-files.ts';
import { makeMember, updateMember } from './write-member.ts';

/** Where a member is to be; absolute paths. */
export interface MemberPlace {
  readonly template: string;
  readonly directory: string;
  /** Folder below which directories of members lie. */
  readonly base: string;
  /** File that remembers what the directory was made of. */
  readonly state: string;
  readonly id: string;
  /** Whether a directory that is there is taken over, whoever made it: what is rendered is rendered again. */
  readonly takesOver: boolean;
  /** Digest of all that is done in the directory, where it is removed in the end. */
  readonly work?: string | undefined;
}

function mustLieBelow(base: string, directory: string): void {
  if (dirname(directory) === base) return;
  mkdirSync(dirname(directory), { recursive: true });
  const parent = realpathSync.native(dirname(directory));
  const root = realpathSync.native(base);
  if (parent === root || parent.startsWith(root + sep)) return;
  throw ensembleError(
    'ENSEMBLE_DIRECTORY_OUTSIDE',
    `the directory ${directory} leaves ${base} through a link`,
    { details: { directory, base } },
  );
}

function taken({ id, directory }: MemberPlace): Error {
  return ensembleError(
    'ENSEMBLE_DIRECTORY_TAKEN',
    `the directory of member ${id} exists and was not made for it: ${directory}`,
    { details: { directory, member: id } },
  );
}

function isThere(directory: string, path: string): boolean {
  return lstatSync(join(directory, path), { throwIfNoEntry: false }) !== undefined;
}

/**
 * Makes the directory of a member, or brings one that was made before up to date: what is to be otherwise than it was made
 * then is written again, everything else is left as the job left it. Answers a digest of all that it is made of, how many things that are, and where.
 * @throws ENSEMBLE_DIRECTORY_TAKEN, ENSEMBLE_DIRECTORY_OUTSIDE, ENSEMBLE_LINK
 */
export function placeMember(
  place: MemberPlace,
  wanted: readonly Wanted[],
): { readonly digest: string; readonly files: number; readonly directory: string } {
  const { template, directory, base, state, id } = place;
  mkdirSync(base, { recursive: true });
  mustLieBelow(base, directory);
  const files = Object.fromEntries(wanted.map(({ path, digest }) => [path, digest]));
  const stats = lstatSync(directory, { throwIfNoEntry: false });
  if (stats === undefined) {
    // What is to be made is remembered before it is there under its name, or nobody could tell later whose it is. It comes
    // there whole or not at all, so that nothing has to be remembered afterwards.
    writeMemberState(state, { id, directory, files });
    try {
      makeMember(template, directory, wanted);
    } catch (error) {
      writeMemberState(state, { id, directory, files: {} });
      throw error;
    }
  } else {
    const known = readMemberState(state);
    const isOurs = known?.directory === directory;
    if (!stats.isDirectory() || (!isOurs && !place.takesOver)) throw taken(place);
    const isToWrite = ({ path, digest, text }: Wanted): boolean => {
      if (place.takesOver && text !== undefined) return true;
      if (!isOurs) return false;
      // A directory that was removed, and made anew by somebody who only needed one, lacks what was in it.
      return known.files[path] !== digest || !isThere(directory, path);
    };
    updateMember(template, directory, wanted.filter(isToWrite));
    writeMemberState(state, { id, directory, files });
  }
  const { work } = place;
  const made = JSON.stringify(files);
  const digest = hash('sha256', work === undefined ? made : `${work}\n${made}`);
  return { digest, files: wanted.length, directory };
}
