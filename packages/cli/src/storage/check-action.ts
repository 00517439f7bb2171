import { createHash } from 'node:crypto';
import { inParallel, listObjects, type ObjectStat } from '@orchestrate/core';
import { cliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { countOf } from '../output/quantity-text.ts';
import { checkFolder, type FolderReport, flawsOf } from './check-folder.ts';
import { folderText } from './folder-text.ts';
import { showProgress } from './move-display.ts';
import { MoveTally } from './move-tally.ts';
import { addressIn, readStored, type StoredSpot } from './spot.ts';
import { movedText, type StorageAction, type StorageCall, tellFailures } from './storage-call.ts';

interface Checked {
  readonly spot: StoredSpot;
  readonly stat: ObjectStat;
}

async function* objectsOf(call: StorageCall, spot: StoredSpot): AsyncGenerator<Checked> {
  if (!spot.folder) {
    const stat = await spot.storage.stat(spot.key, { signal: call.signal });
    if (stat === undefined) throw cliError('CLI_ARGUMENT', `${spot.word}: there is no such object`);
    yield { spot, stat };
    return;
  }
  for await (const page of listObjects(spot.storage, spot.key, { signal: call.signal }))
    for (const stat of page) yield { spot, stat };
}

/** Reads an object whole. The storage compares what it knows; what it told us beforehand is compared here. */
async function checkObject(
  call: StorageCall,
  { spot, stat }: Checked,
  tally: MoveTally,
): Promise<boolean> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of spot.storage.read(stat.key, { signal: call.signal })) {
    hash.update(piece);
    bytes += piece.length;
    tally.moved(piece.length);
  }
  const sha256 = hash.digest('hex');
  const isWhole = bytes === stat.bytes && (stat.sha256 ?? sha256) === sha256;
  if (!isWhole)
    throw new Error(
      `${bytes} bytes with sha256 ${sha256}, expected ${stat.bytes} with ${stat.sha256 ?? 'any'}`,
    );
  return stat.sha256 !== undefined;
}

/** `orchestrate storage check`. */
export const checkAction: StorageAction = async (call) => {
  const { words, output } = call;
  if (words.length === 0) throw cliError('CLI_ARGUMENT', 'check needs an address');
  const objects: Checked[] = [];
  const folders: FolderReport[] = [];
  for (const spot of readStored(call)) {
    const found: Checked[] = [];
    for await (const one of objectsOf(call, spot)) found.push(one);
    if (found.length === 0)
      throw cliError('CLI_ARGUMENT', `${spot.word}: there is nothing below it`);
    for (const one of found) objects.push(one);
    if (spot.folder) {
      const stats = found.map(({ stat }) => stat);
      folders.push(await checkFolder(call, spot, stats));
    }
  }
  for (const folder of output.isJson ? [] : folders) output.print(...folderText(call, folder));
  const read = await readAll(call, call.call.has('quick') ? [] : objects, folders);
  const allowsEmpty = call.call.has('allow-empty');
  const flaws = folders.reduce((sum, folder) => sum + flawsOf(folder, allowsEmpty), 0);
  if (!output.isJson && call.call.has('quick'))
    output.print(`${countOf(objects.length, 'object')} listed, contents not read`);
  return read === EXIT.succeeded && flaws > 0 ? EXIT.failed : read;
};

/** Reads objects whole, and compares what is known of them. */
async function readAll(
  call: StorageCall,
  objects: readonly Checked[],
  folders: readonly FolderReport[],
): Promise<ExitCode> {
  const { output, parallel, signal } = call;
  const tally = new MoveTally();
  for (const { stat } of objects) tally.expect(stat.bytes);
  const begun = performance.now();
  let digested = 0;
  {
    using _progress = showProgress(output, tally);
    await inParallel(objects, { places: parallel, signal }, async (one) => {
      try {
        if (await checkObject(call, one, tally)) digested += 1;
        tally.finished();
      } catch (error) {
        if (!signal.aborted) tally.fail(addressIn(one.spot, one.stat.key), error);
      }
    });
  }
  const seconds = (performance.now() - begun) / 1000;
  const { done, doneBytes, failed, failures } = tally;
  if (output.isJson)
    output.answer({
      objects: objects.length,
      good: done,
      withSha256: digested,
      bytes: doneBytes,
      failed,
      failures,
      seconds,
      folders,
    });
  else if (objects.length > 0)
    output.print(
      `read ${movedText(tally, seconds)}`,
      `${countOf(digested, 'object')} compared with a recorded sha256, the rest by size and by what the storage compares itself`,
    );
  return tellFailures(call, tally);
}
