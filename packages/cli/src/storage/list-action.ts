import type { ObjectStat } from '@orchestrate/core';
import { EXIT } from '../exit-codes.ts';
import { printable } from '../output/printable.ts';
import { bytesText, momentText } from '../output/quantity-text.ts';
import { renderTable } from '../output/table.ts';
import { lookOf } from '../session/look.ts';
import { addressIn, readStored, type StoredSpot } from './spot.ts';
import type { StorageAction, StorageCall } from './storage-call.ts';

const DIGEST_SHOWN = 12;

function listStorages(call: StorageCall): void {
  const { loaded, output } = call;
  const rows = [...loaded.storages.values()].map(({ name, plugin }) => [`${name}:`, plugin.name]);
  if (output.isJson)
    output.answer({ storages: rows.map(([name = '', use]) => ({ name: name.slice(0, -1), use })) });
  else
    output.print(
      ...renderTable([{ title: 'storage' }, { title: 'kind' }], rows, {
        ...lookOf(call),
        cut: output.signs.cut,
      }),
    );
}

function objectLine({ call, output }: StorageCall, spot: StoredSpot, stat: ObjectStat): string {
  const address = addressIn(spot, stat.key);
  if (output.isJson) return JSON.stringify({ address, ...stat });
  if (!call.has('long')) return printable(address);
  const digest = (stat.sha256 ?? '').slice(0, DIGEST_SHOWN).padEnd(DIGEST_SHOWN);
  const size = bytesText(stat.bytes).padStart(10);
  return `${size}  ${momentText(stat.modifiedAt)}  ${digest}  ${printable(address)}`;
}

function prefixLine({ call, output }: StorageCall, spot: StoredSpot, prefix: string): string {
  const address = addressIn(spot, prefix);
  if (output.isJson) return JSON.stringify({ address, folder: true });
  const indent = call.has('long') ? ' '.repeat(10 + 2 + 19 + 2 + DIGEST_SHOWN + 2) : '';
  return indent + output.paint('strong', printable(address));
}

/** Prints page by page: a listing of millions needs no more memory than a page. */
async function listFolder(call: StorageCall, spot: StoredSpot, prefix: string): Promise<number> {
  const { output, signal } = call;
  const isDeep = call.call.has('recursive');
  let count = 0;
  let next: string | undefined;
  do {
    const page = await spot.storage.list({
      prefix,
      signal,
      ...(isDeep ? {} : { delimiter: '/' as const }),
      ...(next === undefined ? {} : { next }),
    });
    output.print(
      ...page.prefixes.map((one) => prefixLine(call, spot, one)),
      ...page.objects.map((stat) => objectLine(call, spot, stat)),
    );
    await output.flush();
    count += page.prefixes.length + page.objects.length;
    next = output.closed.aborted ? undefined : page.next;
  } while (next !== undefined);
  return count;
}

async function listSpot(call: StorageCall, spot: StoredSpot): Promise<boolean> {
  if (!spot.folder) {
    const stat = await spot.storage.stat(spot.key, { signal: call.signal });
    if (stat !== undefined) {
      call.output.print(objectLine(call, spot, stat));
      return true;
    }
  }
  const prefix = spot.folder ? spot.key : `${spot.key}/`;
  if ((await listFolder(call, spot, prefix)) > 0 || spot.folder) return true;
  call.output.note(`${spot.word}: there is neither an object nor anything below it`);
  return false;
}

/** `orchestrate storage ls`. */
export const listAction: StorageAction = async (call) => {
  if (call.words.length === 0) {
    listStorages(call);
    return EXIT.succeeded;
  }
  let isGood = true;
  for (const spot of readStored(call)) isGood = (await listSpot(call, spot)) && isGood;
  return isGood ? EXIT.succeeded : EXIT.failed;
};
