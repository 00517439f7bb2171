import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  confinePath,
  inParallel,
  listObjects,
  SETTLED_TOGETHER,
  type Storage,
} from '@orchestrate/core';
import { cliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf } from '../output/quantity-text.ts';
import { showProgress } from './move-display.ts';
import { type Endpoint, type Move, moveObject } from './move-object.ts';
import { MoveTally } from './move-tally.ts';
import { addressIn, readSpots, type Spot } from './spot.ts';
import { movedText, type StorageAction, type StorageCall, tellFailures } from './storage-call.ts';
import { filesBelow } from './walk.ts';

/** One object to copy. */
export interface PlannedMove extends Move {
  readonly bytes: number;
  /** What it is called on the screen. */
  readonly what: string;
}

/** The place below a folder of this machine or a storage. */
export function below(spot: Spot, relative: string): Endpoint {
  if (spot.kind === 'machine') return { path: join(spot.path, confinePath(relative)) };
  return { storage: spot.storage, key: spot.key + relative };
}

/** How a place below a folder is written. */
export function wordBelow(spot: Spot, relative: string): string {
  return spot.kind === 'machine' ? join(spot.path, relative) : addressIn(spot, spot.key + relative);
}

function target(from: Spot, to: Spot): Endpoint {
  const name = basename(from.kind === 'machine' ? from.path : from.key);
  if (to.folder) return below(to, name);
  return to.kind === 'machine' ? { path: to.path } : { storage: to.storage, key: to.key };
}

async function planOne(call: StorageCall, from: Spot, to: Spot): Promise<PlannedMove> {
  if (from.kind === 'machine') {
    const stat = lstatSync(from.path, { throwIfNoEntry: false });
    if (stat === undefined) throw cliError('CLI_ARGUMENT', `${from.word}: there is no such file`);
    return { from: { path: from.path }, to: target(from, to), bytes: stat.size, what: from.word };
  }
  const { storage, key, word } = from;
  const stat = await storage.stat(key, { signal: call.signal });
  if (stat === undefined)
    throw cliError(
      'CLI_ARGUMENT',
      `${word}: there is no such object; a slash at its end means all below it`,
    );
  return { from: { storage, key, stat }, to: target(from, to), bytes: stat.bytes, what: word };
}

async function planFolder(
  call: StorageCall,
  from: Spot,
  to: Spot,
): Promise<readonly PlannedMove[]> {
  const moves: PlannedMove[] = [];
  if (from.kind === 'machine') {
    for (const file of filesBelow(from.path)) {
      const what = join(from.word, file.relative);
      if ('why' in file) call.output.remark(`${what} ${file.why} and is left out`);
      else
        moves.push({
          from: { path: join(from.path, file.relative) },
          to: below(to, file.relative),
          bytes: file.bytes,
          what,
        });
    }
    return moves;
  }
  for await (const page of listObjects(from.storage, from.key, { signal: call.signal }))
    for (const stat of page) {
      const relative = stat.key.slice(from.key.length);
      const end = { storage: from.storage, key: stat.key, stat };
      moves.push({
        from: end,
        to: below(to, relative),
        bytes: stat.bytes,
        what: addressIn(from, stat.key),
      });
    }
  return moves;
}

function checkEnds(sources: readonly Spot[], to: Spot): void {
  const problems = [
    ...sources
      .filter(({ kind }) => kind === 'machine' && to.kind === 'machine')
      .map(
        ({ word }) =>
          `${word} and ${to.word}: one of the two must be in a storage, \`storage:key\``,
      ),
    ...sources
      .filter(({ folder }) => folder && !to.folder)
      .map(({ word }) => `${word} is a folder, so the target must be one: ${to.word}/`),
    ...(sources.length > 1 && !to.folder
      ? [`several sources need a folder as their target: ${to.word}/`]
      : []),
  ];
  if (problems.length > 0) throw cliError('CLI_ARGUMENT', problems.join('\n'));
}

/** Carries out copies with a bar, and notes what fails. */
export async function carryOut(
  call: StorageCall,
  moves: readonly PlannedMove[],
  tally: MoveTally,
  done: (move: PlannedMove, generation: string | undefined) => void = () => undefined,
): Promise<void> {
  const { signal, parallel, output } = call;
  using _progress = showProgress(output, tally);
  const onBytes = (bytes: number) => tally.moved(bytes);
  const isSettled = moves.length >= SETTLED_TOGETHER;
  const options = { signal, onBytes, ...(isSettled ? { durable: 'later' as const } : {}) };
  try {
    await inParallel(moves, { places: parallel, signal }, async (move) => {
      try {
        const stat = await moveObject(move, options);
        done(move, stat?.generation);
        tally.finished();
      } catch (error) {
        if (!signal.aborted) tally.fail(move.what, error);
      }
    });
  } finally {
    // What was moved before an interrupt counts as well.
    if (isSettled) for (const storage of new Set(moves.map(targetOf))) await storage?.settle?.();
  }
}

const targetOf = ({ to }: PlannedMove): Storage | undefined =>
  'storage' in to ? to.storage : undefined;

/** `orchestrate storage cp`. */
export const copyAction: StorageAction = async (call) => {
  const { output } = call;
  const spots = readSpots(call);
  const [to, sources] = [spots.at(-1), spots.slice(0, -1)];
  if (to === undefined || sources.length === 0)
    throw cliError('CLI_ARGUMENT', 'cp needs a source and a target');
  checkEnds(sources, to);
  const planned: PlannedMove[] = [];
  for (const from of sources) {
    const some = from.folder ? await planFolder(call, from, to) : [await planOne(call, from, to)];
    // One by one: there may be more than a call takes arguments.
    for (const one of some) planned.push(one);
  }
  const isDry = call.call.has('dry-run');
  const tally = new MoveTally();
  for (const { bytes } of planned) tally.expect(bytes);
  const begun = performance.now();
  if (!isDry) await carryOut(call, planned, tally);
  const seconds = (performance.now() - begun) / 1000;
  const { objects, bytes, done, doneBytes, failed, failures } = tally;
  if (output.isJson)
    output.answer({
      objects,
      bytes,
      copied: done,
      copiedBytes: doneBytes,
      failed,
      failures,
      seconds,
      dryRun: isDry,
    });
  else if (isDry)
    output.print(
      ...planned.map(({ what }) => `would copy ${what}`),
      `would copy ${countOf(objects, 'object')}`,
    );
  else output.print(`copied ${movedText(tally, seconds)}`);
  return isDry ? EXIT.succeeded : tellFailures(call, tally);
};
