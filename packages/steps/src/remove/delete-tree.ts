import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { throwIfStopped } from '../stopped.ts';
import { sayingWhat } from '../system-error.ts';

const ALL_TO_OWNER = 0o700;

function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}

/** Folders that their owner may not write to could not be emptied. */
function openUp(path: string): void {
  const { mode } = lstatSync(path);
  if ((mode & ALL_TO_OWNER) !== ALL_TO_OWNER) chmodSync(path, (mode & 0o7777) | ALL_TO_OWNER);
}

/** Removes a folder and everything in it; of links the links themselves. Stops between two folders when asked to. */
export async function deleteTree(path: string, signal: AbortSignal): Promise<void> {
  throwIfStopped(signal);
  const folders = sayingWhat('empty', path, () => {
    openUp(path);
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const full = `${path}/${entry.name}`;
      // Some file systems do not tell the kind with the name.
      if (entry.isDirectory() || lstatSync(full).isDirectory()) return [full];
      unlinkSync(full);
      return [];
    });
  });
  await nextTurn();
  for (const folder of folders) await deleteTree(folder, signal);
  sayingWhat('remove', path, () => rmdirSync(path));
}
