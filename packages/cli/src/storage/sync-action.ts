import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inParallel, listObjects, storageKeyProblem } from '@orchestrate/core';
import { cliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf } from '../output/quantity-text.ts';
import { projectFile } from '../session/open-project.ts';
import { below, carryOut, type PlannedMove, wordBelow } from './copy-action.ts';
import { MoveTally } from './move-tally.ts';
import { readSpots, type Spot } from './spot.ts';
import { movedText, type StorageAction, type StorageCall, tellFailures } from './storage-call.ts';
import { SyncState } from './sync-state.ts';
import { walkAside } from './walk-aside.ts';

/** One side of an object. */
interface Entry {
  readonly bytes: number;
  /** Changes whenever the content may have: a generation, or size, time and inode. */
  readonly mark: string;
  readonly sha256?: string;
}

type Side = ReadonlyMap<string, Entry>;

interface SyncPlan {
  readonly moves: readonly (PlannedMove & { readonly relative: string })[];
  /** On the target, but not in the source. */
  readonly extra: readonly string[];
  readonly unchanged: number;
}

async function sideOf(call: StorageCall, spot: Spot): Promise<Side> {
  const side = new Map<string, Entry>();
  if (spot.kind === 'machine') {
    if (!existsSync(spot.path)) return side;
    for (const file of await walkAside(spot.path)) {
      const problem = 'why' in file ? file.why : storageKeyProblem(file.relative);
      if ('why' in file || problem !== undefined)
        call.output.remark(`${join(spot.path, file.relative)} is left out: ${problem}`);
      else side.set(file.relative, file);
    }
    return side;
  }
  for await (const page of listObjects(spot.storage, spot.key, { signal: call.signal }))
    for (const { key, bytes, generation, sha256 } of page)
      side.set(key.slice(spot.key.length), {
        bytes,
        mark: generation,
        ...(sha256 === undefined ? {} : { sha256 }),
      });
  return side;
}

/** What an entry's content is, where that can be told without the network. */
async function digestOf(spot: Spot, relative: string, entry: Entry): Promise<string | undefined> {
  if (entry.sha256 !== undefined || spot.kind === 'stored') return entry.sha256;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(join(spot.path, relative)))
    hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

async function isSameContent(
  ends: readonly [Spot, Spot],
  relative: string,
  source: Entry,
  other: Entry,
): Promise<boolean> {
  if (source.bytes !== other.bytes) return false;
  // The side that costs nothing is asked first.
  const [from, to] = ends;
  const known = from.kind === 'stored' ? source.sha256 : other.sha256;
  if (known === undefined) return false;
  const [a, b] = [await digestOf(from, relative, source), await digestOf(to, relative, other)];
  return a !== undefined && a === b;
}

async function planSync(
  call: StorageCall,
  [from, to]: readonly [Spot, Spot],
  state: SyncState,
): Promise<SyncPlan & { readonly source: Side }> {
  const [source, others] = await Promise.all([sideOf(call, from), sideOf(call, to)]);
  const trusts = !call.call.has('checksum');
  const moves: (PlannedMove & { readonly relative: string })[] = [];
  const doubtful: [string, Entry, Entry][] = [];
  const plan = (relative: string, { bytes }: Entry): void => {
    const ends = { from: below(from, relative), to: below(to, relative) };
    moves.push({ ...ends, relative, bytes, what: wordBelow(from, relative) });
  };
  for (const [relative, entry] of source) {
    const other = others.get(relative);
    if (other === undefined) plan(relative, entry);
    else if (!(trusts && state.isSame(relative, { source: entry.mark, target: other.mark })))
      doubtful.push([relative, entry, other]);
  }
  await inParallel(
    doubtful,
    { places: call.parallel, signal: call.signal },
    async ([relative, entry, other]) => {
      if (await isSameContent([from, to], relative, entry, other))
        state.note(relative, { source: entry.mark, target: other.mark });
      else plan(relative, entry);
    },
  );
  const extra = [...others.keys()].filter((relative) => !source.has(relative));
  return { moves, extra, unchanged: source.size - moves.length, source };
}

function markOf(spot: Spot, relative: string, generation: string | undefined): string {
  if (spot.kind === 'stored') return generation ?? '';
  const { size, mtimeNs, ino } = lstatSync(join(spot.path, relative), { bigint: true });
  return `${size}:${mtimeNs}:${ino}`;
}

function checkedEnds(call: StorageCall): readonly [Spot, Spot] {
  const [from, to, more] = readSpots(call);
  if (from === undefined || to === undefined || more !== undefined)
    throw cliError('CLI_ARGUMENT', 'sync needs a source and a target');
  const problems = [
    ...(from.kind === 'machine' && to.kind === 'machine'
      ? ['one of the two must be in a storage, `storage:key/`']
      : []),
    ...(from.folder ? [] : [`${from.word} is no folder; a slash at its end means all below it`]),
    ...(to.folder ? [] : [`${to.word} is no folder; write ${to.word}/`]),
  ];
  if (problems.length > 0) throw cliError('CLI_ARGUMENT', problems.join('\n'));
  return [from, to];
}

async function removeExtra(
  call: StorageCall,
  to: Spot,
  extra: readonly string[],
  tally: MoveTally,
): Promise<number> {
  let removed = 0;
  await inParallel(extra, { places: call.parallel, signal: call.signal }, async (relative) => {
    try {
      if (to.kind === 'machine') rmSync(join(to.path, relative));
      else await to.storage.delete(to.key + relative, { signal: call.signal });
      removed += 1;
    } catch (error) {
      if (!call.signal.aborted) tally.fail(wordBelow(to, relative), error);
    }
  });
  return removed;
}

/** `orchestrate storage sync`. */
export const syncAction: StorageAction = async (call) => {
  const { output } = call;
  const ends = checkedEnds(call);
  const [from, to] = ends;
  const stateDirectory = join(dirname(projectFile(call)), '.orchestrate');
  const state = SyncState.open(stateDirectory, wordBelow(from, ''), wordBelow(to, ''));
  const begun = performance.now();
  const { moves, extra, unchanged, source } = await planSync(call, ends, state);
  const [isDry, deletes] = [call.call.has('dry-run'), call.call.has('delete')];
  if (deletes && source.size === 0 && extra.length > 0 && !isDry && !call.call.has('yes'))
    throw cliError(
      'CLI_NOT_CONFIRMED',
      `${from.word} is empty: ${countOf(extra.length, 'object')} of ${to.word} would all be removed`,
    );
  const tally = new MoveTally();
  for (const { bytes } of moves) tally.expect(bytes);
  let removed = 0;
  if (!isDry) {
    await carryOut(call, moves, tally, (move, generation) => {
      const relative = (move as (typeof moves)[number]).relative;
      const mark = source.get(relative)?.mark ?? '';
      state.note(relative, { source: mark, target: markOf(to, relative, generation) });
    });
    if (deletes && !call.signal.aborted) removed = await removeExtra(call, to, extra, tally);
    state.save((relative) => source.has(relative));
  }
  const seconds = (performance.now() - begun) / 1000;
  const { done: copied, doneBytes: copiedBytes, failed, failures } = tally;
  if (output.isJson)
    output.answer({
      copied,
      copiedBytes,
      unchanged,
      removed,
      failed,
      failures,
      seconds,
      dryRun: isDry,
      ...(isDry ? { wouldCopy: moves.map(({ what }) => what) } : {}),
      extra: extra.length,
    });
  else if (isDry) tellDry(call, ends, moves, extra, unchanged);
  else
    output.print(...summary(tally, { seconds, unchanged, removed, extra: extra.length, deletes }));
  return isDry ? EXIT.succeeded : tellFailures(call, tally);
};

function tellDry(
  { output, call }: StorageCall,
  [, to]: readonly [Spot, Spot],
  moves: readonly PlannedMove[],
  extra: readonly string[],
  unchanged: number,
): void {
  const gone = call.has('delete')
    ? extra.map((relative) => `would remove ${wordBelow(to, relative)}`)
    : [];
  output.print(...moves.map(({ what }) => `would copy ${what}`), ...gone);
  output.print(`would copy ${countOf(moves.length, 'object')}; ${unchanged} are the same`);
}

function summary(
  tally: MoveTally,
  known: { seconds: number; unchanged: number; removed: number; extra: number; deletes: boolean },
): string[] {
  const { seconds, unchanged, removed, extra, deletes } = known;
  return [
    `copied ${movedText(tally, seconds)}; ${countOf(unchanged, 'object')} ${unchanged === 1 ? 'was' : 'were'} the same`,
    ...(deletes ? [`removed ${countOf(removed, 'object')}`] : []),
    ...(!deletes && extra > 0
      ? [
          `${countOf(extra, 'object')} on the target that the source does not have; --delete removes them`,
        ]
      : []),
  ];
}
