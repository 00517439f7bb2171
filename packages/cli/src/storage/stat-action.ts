import { cliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { bytesText, countText, momentText } from '../output/quantity-text.ts';
import { readStored } from './spot.ts';
import type { StorageAction } from './storage-call.ts';

/** `orchestrate storage stat`. */
export const statAction: StorageAction = async (call) => {
  const { words, output, signal } = call;
  if (words.length === 0) throw cliError('CLI_ARGUMENT', 'stat needs an address');
  const spots = readStored(call);
  const found = await Promise.all(
    spots.map(async ({ word, storage, key, folder }) => ({
      address: word,
      stat: folder ? undefined : await storage.stat(key, { signal }),
    })),
  );
  const isWhole = found.every(({ stat }) => stat !== undefined);
  if (output.isJson) {
    output.answer({
      objects: found.map(({ address, stat }) => ({ address, exists: stat !== undefined, ...stat })),
    });
    return isWhole ? EXIT.succeeded : EXIT.failed;
  }
  for (const { address, stat } of found) {
    if (stat === undefined) {
      output.note(`${address}: there is no such object`);
      continue;
    }
    output.print(
      output.paint('strong', address),
      `  size        ${bytesText(stat.bytes)} (${countText(stat.bytes)} bytes)`,
      `  changed     ${momentText(stat.modifiedAt)}`,
      `  generation  ${stat.generation}`,
      `  sha256      ${stat.sha256 ?? 'not known without reading'}`,
    );
  }
  return isWhole ? EXIT.succeeded : EXIT.failed;
};
