import { inParallel, listObjects } from '@orchestrate/core';
import { cliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf } from '../output/quantity-text.ts';
import { confirm } from '../session/confirm.ts';
import { MoveTally } from './move-tally.ts';
import { addressIn, readStored, type StoredSpot } from './spot.ts';
import { type StorageAction, type StorageCall, tellFailures } from './storage-call.ts';

interface Doomed {
  readonly spot: StoredSpot;
  readonly key: string;
}

async function* doomedBy(call: StorageCall, spots: readonly StoredSpot[]): AsyncGenerator<Doomed> {
  for (const spot of spots) {
    if (!spot.folder) {
      if ((await spot.storage.stat(spot.key, { signal: call.signal })) !== undefined)
        yield { spot, key: spot.key };
      else call.output.remark(`${spot.word}: there is no such object`);
      continue;
    }
    for await (const page of listObjects(spot.storage, spot.key, { signal: call.signal }))
      for (const { key } of page) yield { spot, key };
  }
}

function checkFolders(call: StorageCall, spots: readonly StoredSpot[]): void {
  const folders = spots.filter(({ folder }) => folder).map(({ word }) => word);
  if (folders.length === 0 || call.call.has('recursive')) return;
  throw cliError(
    'CLI_ARGUMENT',
    `${folders.join(', ')}: everything below it would be removed; say so with --recursive`,
  );
}

async function agree(call: StorageCall, count: number): Promise<boolean> {
  if (call.call.has('yes')) return true;
  const question = `Remove ${countOf(count, 'object')} for good?`;
  return confirm(call, question, { objects: count });
}

/** `orchestrate storage rm`. */
export const removeAction: StorageAction = async (call) => {
  const { words, output, signal, parallel } = call;
  if (words.length === 0) throw cliError('CLI_ARGUMENT', 'rm needs an address');
  const spots = readStored(call);
  checkFolders(call, spots);
  const isDry = call.call.has('dry-run');
  const doomed: Doomed[] = [];
  for await (const one of doomedBy(call, spots)) doomed.push(one);
  const tally = new MoveTally();
  const addressOf = ({ spot, key }: Doomed): string => addressIn(spot, key);
  if (isDry && !output.isJson)
    output.print(...doomed.map((one) => `would remove ${addressOf(one)}`));
  if (!isDry && doomed.length > 0) {
    if (!(await agree(call, doomed.length))) {
      output.print('removed nothing');
      return EXIT.succeeded;
    }
    await inParallel(doomed, { places: parallel, signal }, async (one) => {
      try {
        await one.spot.storage.delete(one.key, { signal });
        tally.finished();
      } catch (error) {
        if (!signal.aborted) tally.fail(addressOf(one), error);
      }
    });
  }
  const { done, failed, failures } = tally;
  if (output.isJson)
    output.answer({ found: doomed.length, removed: done, failed, failures, dryRun: isDry });
  else
    output.print(
      isDry
        ? `would remove ${countOf(doomed.length, 'object')}`
        : `removed ${countOf(done, 'object')}`,
    );
  return tellFailures(call, tally);
};
