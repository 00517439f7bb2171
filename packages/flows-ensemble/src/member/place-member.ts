import { hash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
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
    const isToWrite = ({ path, digest, text }: Wanted): boolean =>
      (place.takesOver && text !== undefined) || (isOurs && known.files[path] !== digest);
    updateMember(template, directory, wanted.filter(isToWrite));
    writeMemberState(state, { id, directory, files });
  }
  const digest = hash('sha256', JSON.stringify(files));
  return { digest, files: wanted.length, directory };
}
